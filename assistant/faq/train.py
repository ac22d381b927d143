"""Train the verifier: `python -m assistant.faq.train --data FOLDER --encoder FOLDER`, minutes on one core.

Five folds, no question in two of them, give the heads that score learnt pairs; the head for new pairs learns from all.
Every feature may count in one direction only (`features.SIGNS`; products of two embeddings' coordinates for, distances
against): the different pairs were chosen for sharing words, and a free fit learns from that choice that shared words
speak against a pair, which holds for no other data. Bound so, a set that was left out is ordered nearly as well as by
the cosine (the note beside the weights has both), where the free fit lost up to 0.19 of the area under the curve.
Weights, their checksum and the scores on which the shipped certificates rest are written to assistant/faq/weights.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.faq import guards, verifier
from assistant.faq.certificate import area_under_curve, certify
from assistant.faq.courtesy import bare
from assistant.faq.exchange import content
from assistant.faq.features import BUCKETS, SIGNS, WORDS, Question, bucket, features, question, units
from assistant.faq.trainpairs import Labelled, build, kept_aside
from assistant.knowledge.encoder import encode_many
from assistant.knowledge.stored_vectors import StoredVectors
from retrieval.encoders.onnx import OnnxEncoder
from retrieval.encoders.quickest import quickest
from retrieval.language import detect
from retrieval.normalise import fold
from retrieval.protocols import Encoder

FOLDS = 5
STEPS = 400
WORD_PENALTY, INTERACTION_PENALTY = 0.01, 0.001
CHINESE = 0.35
"""Share of the one Chinese set in what is learnt; the English ones share the rest. These three were chosen by the
cross-fitted hit rates of both languages."""
PROBES = (
    ("How do I change my address?", "Where can I update my address?"),
    ("Is the café open on Sundays?", "What does delivery cost?"),
    ("怎么修改收货地址？", "收货地址在哪里改"),
    ("发票怎么开？", "这个药饭前吃还是饭后吃"),
)
Rows = NDArray[np.float32]
Flags = NDArray[np.bool_]


def embedded(pairs: Sequence[Labelled], encoder: Encoder) -> tuple[list[Question], list[Question]]:
    """Prepare both sides of the pairs; every text is embedded once."""
    texts = sorted({text for pair in pairs for text in (pair.text_a, pair.text_b)})
    vectors = encode_many(texts, encoder)
    ready = {text: question(text, vector) for text, vector in zip(texts, vectors, strict=True)}
    return [ready[pair.text_a] for pair in pairs], [ready[pair.text_b] for pair in pairs]


def rarities(pairs: Sequence[Labelled]) -> Rows:
    """Weigh units by how few texts have them: float32 [BUCKETS]; what was never seen is as rare as can be."""
    texts = {text for pair in pairs for text in (pair.text_a, pair.text_b)}
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update({bucket(unit) for unit in units(content(bare(fold(text))))})
    seen = np.array([counts[place] for place in range(BUCKETS)], np.float32)
    return np.log((len(texts) + 1) / (seen + 0.5)).astype(np.float32)


def folds_of(pairs: Sequence[Labelled]) -> NDArray[np.uint8]:
    """Put pairs that share a question, directly or through others, into one fold: uint8 [pairs]."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for pair in pairs:
        parent[root(fold(pair.text_a))] = root(fold(pair.text_b))
    names = [hashlib.sha256(root(fold(pair.text_a)).encode()).digest() for pair in pairs]
    return np.array([int.from_bytes(name[:4], "big") % FOLDS for name in names], np.uint8)


def fit(rows: Rows, same: Flags, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit one head on scaled rows [n, features]; returns [features + 1], bias last.

    Logistic loss with a ridge, minimised by L-BFGS-B within the signs that features may have.
    """
    from scipy.optimize import minimize

    width = (rows.shape[1] - WORDS) // 2
    penalty = np.array([WORD_PENALTY] * WORDS + [INTERACTION_PENALTY] * 2 * width)
    bounds = [_BOUNDS[sign] for sign in (*SIGNS, *[1] * width, *[-1] * width, 0)]
    target, share = np.where(same, 1.0, -1.0), weights / weights.sum()

    def loss(head: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = target * (rows @ head[:-1] + head[-1])
        slope = -share * target * np.exp(-np.logaddexp(0, margin))
        value = share @ np.logaddexp(0, -margin) + 0.5 * penalty @ head[:-1] ** 2
        return float(value), np.append(rows.T @ slope + penalty * head[:-1], slope.sum())

    start = np.zeros(rows.shape[1] + 1)
    found: NDArray[np.float64] = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS}
    ).x
    return found


_BOUNDS: dict[int, tuple[float | None, float | None]] = {1: (0, None), -1: (None, 0), 0: (None, None)}


def shares(pairs: Sequence[Labelled]) -> NDArray[np.float64]:
    """Weigh pairs so that each set counts the same, and Chinese its share: float64 [pairs], 1 on average."""
    counts = Counter(pair.source for pair in pairs)
    chinese = counts.keys() & {"cmedqq"}
    english = len(counts) - len(chinese)
    each = {name: 1 / len(counts) for name in counts}
    if chinese and english:
        each = {name: CHINESE if name in chinese else (1 - CHINESE) / english for name in counts}
    return np.array([len(pairs) * each[pair.source] / counts[pair.source] for pair in pairs])


def train(pairs: Sequence[Labelled], encoder: Encoder) -> tuple[dict[str, NDArray[np.generic]], dict[str, object]]:
    """Return the arrays of the weights file and a note on what was learnt from what."""
    left, right = embedded(pairs, encoder)
    rarity = rarities(pairs)
    raw = np.stack([features(a, b, rarity) for a, b in zip(left, right, strict=True)])
    same = np.array([pair.label for pair in pairs], bool)
    languages = np.array([detect(pair.text_a) for pair in pairs])
    middle, spread = raw.mean(axis=0), raw.std(axis=0) + 1e-6
    # Interactions are left on their common scale: a dimension that hardly varies says hardly anything.
    middle[WORDS:], spread[WORDS:] = 0.0, 1.0 / np.sqrt(encoder.dimension)
    rows = ((raw - middle) / spread).astype(np.float64)
    weights = shares(pairs)
    folds = folds_of(pairs)
    heads = [fit(rows, same, weights)]
    scores = np.zeros(len(pairs))
    for fold_number in range(FOLDS):
        out = folds == fold_number
        heads.append(fit(rows[~out], same[~out], weights[~out]))
        scores[out] = rows[out] @ heads[-1][:-1] + heads[-1][-1]
    objected = np.array([guards.conflict(pair.text_a, pair.text_b) is not None for pair in pairs])
    scores[objected] = -np.inf
    names = np.array([verifier.pair_name(pair.text_a, pair.text_b) for pair in pairs], np.uint64)
    order = np.argsort(names)
    arrays: dict[str, NDArray[np.generic]] = {
        "heads": np.stack(heads).astype(np.float32),
        "middle": middle.astype(np.float32),
        "spread": spread.astype(np.float32),
        "rarity": rarity.astype(np.float16),
        "learnt": names[order],
        "folds": folds[order],
    }
    for language in sorted(set(languages.tolist())):
        of = languages == language
        arrays[f"scores_{language}"], arrays[f"same_{language}"] = scores[of].astype(np.float32), same[of]
        arrays[f"words_{language}"] = rows[of, :WORDS].astype(np.float16)
    note = _note(pairs, encoder) | certified(arrays)
    return arrays, note | {"sets_left_out": _left_out(pairs, raw[:, 0], rows, same, weights)}


def _left_out(
    pairs: Sequence[Labelled], cosines: Rows, rows: NDArray[np.float64], same: Flags, weights: NDArray[np.float64]
) -> dict[str, object]:
    """Area under the curve on each set by a head that learnt from the others, and the cosine's; before the guards."""
    sources = np.array([pair.source for pair in pairs])
    found: dict[str, object] = {}
    for source in sorted(set(sources.tolist())):
        out = sources == source
        if out.all() or len(set(same[~out].tolist())) < 2:
            continue
        head = fit(rows[~out], same[~out], weights[~out])
        found[source] = {
            "verifier": area_under_curve(rows[out] @ head[:-1], same[out]),
            "cosine": area_under_curve(cosines[out].astype(np.float64), same[out]),
        }
    return found


def _note(pairs: Sequence[Labelled], encoder: Encoder) -> dict[str, object]:
    return {
        "command": "python -m assistant.faq.train --data FOLDER --encoder FOLDER",
        "encoder": encoder.name,
        "sources": dict(sorted(Counter(pair.source for pair in pairs).items())),
    }


def certified(arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, object]:
    """Say for each language what its cross-fitted scores certify."""
    learnt: dict[str, object] = {}
    for name in sorted(arrays):
        if not name.startswith("scores_"):
            continue
        scores, same = arrays[name].astype(np.float64), arrays[name.replace("scores", "same")].astype(bool)
        found = certify(scores, same, 0.01)
        least = np.inf if found.threshold is None else found.threshold
        learnt[name.removeprefix("scores_")] = {
            "pairs": len(same),
            "same": int(same.sum()),
            "auc_guarded": area_under_curve(scores, same),
            "threshold": found.threshold,
            "false_hits": found.false_hits,
            "upper": found.upper,
            "hit_rate": float((scores[same] >= least).mean()),
        }
    return {"cross_fitted_at_bound_0.01": learnt}


def probes(encoders: Sequence[Encoder], folder: Path) -> list[dict[str, object]]:
    """Score a few pairs with the weights just written: by them other encoders are told from these."""
    judge = verifier.load(folder)
    found: list[dict[str, object]] = []
    for a, b in PROBES:
        vectors = [encoder.encode_questions([a, b]) for encoder in encoders]
        found.append({"a": a, "b": b, "scores": [round(judge.score_pair(a, b, *pair), 4) for pair in vectors]})
    return found


def held_to(
    arrays: Mapping[str, NDArray[np.generic]], pairs: Sequence[Labelled], scores: NDArray[np.float64]
) -> dict[str, NDArray[np.generic]]:
    """Return the arrays with each pair at the worse of two scores: the one it has and that of another engine.

    Engines round differently: a score moves by a fifth of a log-odd. A threshold certified on the higher score of
    each different pair, and on the lower one of each that is the same, holds whichever of the two serves.
    """
    languages = np.array([detect(pair.text_a) for pair in pairs])
    held = dict(arrays)
    for language in sorted(set(languages.tolist())):
        name, same = f"scores_{language}", arrays[f"same_{language}"]
        here, there = np.asarray(arrays[name], np.float32), scores[languages == language].astype(np.float32)
        there[np.isneginf(here)] = -np.inf  # a guard objects to these, whatever the embedding
        held[name] = np.where(same, np.minimum(here, there), np.maximum(here, there))
    return held


def scored(pairs: Sequence[Labelled], encoder: Encoder, folder: Path) -> NDArray[np.float64]:
    """Score pairs with the weights just written, each by a head that has not learnt it: float64 [pairs]."""
    judge, (left, right) = verifier.load(folder), embedded(pairs, encoder)
    return np.array([judge.score(a, [b])[0] for a, b in zip(left, right, strict=True)])


def write(arrays: dict[str, NDArray[np.generic]], note: dict[str, object], folder: Path) -> None:
    """Write the weights and the note with their checksum."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    folder.mkdir(exist_ok=True)
    (folder / verifier.FILE).write_bytes(buffer.getvalue())
    note = {"sha256": hashlib.sha256(buffer.getvalue()).hexdigest(), **note}
    (folder / verifier.NOTE).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Build the pairs, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the encoder")
    parser.add_argument("--vectors", type=Path, help="folder to keep embeddings in, for the next training")
    parser.add_argument("--out", type=Path, default=verifier.FOLDER)
    options = parser.parse_args()
    pairs = [pair for pair in build(options.data) if not kept_aside(pair)]
    export, served = OnnxEncoder(options.encoder), quickest(options.encoder)
    arrays, note = train(pairs, StoredVectors(export, options.vectors) if options.vectors else export)
    write(arrays, {**note, "probes": []}, options.out)
    arrays = held_to(arrays, pairs, scored(pairs, served, options.out))
    note |= certified(arrays)
    write(arrays, {**note, "probes": probes([export, served], options.out)}, options.out)
    print(json.dumps(note))  # noqa: T201 - it speaks to a person at a terminal


if __name__ == "__main__":
    main()
