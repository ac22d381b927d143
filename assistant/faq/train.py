"""Train the verifier: `python -m assistant.faq.train --data FOLDER --encoder FOLDER`, minutes on one core.

Five folds, no question in two of them, give the heads that score learnt pairs; the head for new pairs learns from all.
Weights, their checksum and the scores on which the shipped certificates rest are written to assistant/faq/weights.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.faq import guards, verifier
from assistant.faq.certificate import area_under_curve, certify
from assistant.faq.courtesy import bare
from assistant.faq.exchange import content
from assistant.faq.features import BUCKETS, WORDS, Question, bucket, features, question, units
from assistant.faq.trainpairs import Labelled, build, kept_aside
from assistant.knowledge.encoder import encode_many
from retrieval.encoders.onnx import OnnxEncoder
from retrieval.language import detect
from retrieval.normalise import fold
from retrieval.protocols import Encoder

FOLDS = 5
STRENGTH = 0.003
INTERACTION = 3.0
"""How much an embedding interaction counts against a feature of words before the penalty: chosen on cmedqq's folds."""
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
    """Fit one head on scaled rows [n, features]; returns [features + 1], bias last."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    model.fit(rows, same, sample_weight=weights)
    return np.append(model.coef_[0], model.intercept_[0])


def train(pairs: Sequence[Labelled], encoder: Encoder) -> tuple[dict[str, NDArray[np.generic]], dict[str, object]]:
    """Return the arrays of the weights file and a note on what was learnt from what."""
    left, right = embedded(pairs, encoder)
    rarity = rarities(pairs)
    raw = np.stack([features(a, b, rarity) for a, b in zip(left, right, strict=True)])
    same = np.array([pair.label for pair in pairs], bool)
    languages = np.array([detect(pair.text_a) for pair in pairs])
    middle, spread = raw.mean(axis=0), raw.std(axis=0) + 1e-6
    # Interactions are left on their common scale: a dimension that hardly varies says hardly anything.
    middle[WORDS:], spread[WORDS:] = 0.0, 1.0 / (INTERACTION * np.sqrt(encoder.dimension))
    rows = (raw - middle) / spread
    counts = Counter(languages.tolist())
    weights = np.array([len(pairs) / (len(counts) * counts[language]) for language in languages])
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
    for language in sorted(counts):
        of = languages == language
        arrays[f"scores_{language}"], arrays[f"same_{language}"] = scores[of].astype(np.float32), same[of]
    return arrays, _note(pairs, scores, same, languages, encoder)


def _note(
    pairs: Sequence[Labelled], scores: NDArray[np.float64], same: Flags, languages: NDArray[np.str_], encoder: Encoder
) -> dict[str, object]:
    learnt = {}
    for language in sorted(set(languages.tolist())):
        of = languages == language
        found = certify(scores[of], same[of], 0.01)
        least = np.inf if found.threshold is None else found.threshold
        learnt[language] = {
            "pairs": int(of.sum()),
            "same": int(same[of].sum()),
            "auc_guarded": area_under_curve(scores[of], same[of]),
            "threshold": found.threshold,
            "false_hits": found.false_hits,
            "upper": found.upper,
            "hit_rate": float((scores[of & same] >= least).mean()),
        }
    return {
        "command": "python -m assistant.faq.train --data FOLDER --encoder FOLDER",
        "encoder": encoder.name,
        "sources": dict(sorted(Counter(pair.source for pair in pairs).items())),
        "cross_fitted_at_bound_0.01": learnt,
    }


def probes(encoder: Encoder, folder: Path) -> list[dict[str, object]]:
    """Score a few pairs with the weights just written: by them another encoder is told from this one."""
    judge = verifier.load(folder)
    found: list[dict[str, object]] = []
    for a, b in PROBES:
        vectors = encoder.encode_questions([a, b])
        found.append({"a": a, "b": b, "score": round(judge.score_pair(a, b, vectors[0], vectors[1]), 4)})
    return found


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
    parser.add_argument("--out", type=Path, default=verifier.FOLDER)
    options = parser.parse_args()
    pairs = [pair for pair in build(options.data) if not kept_aside(pair)]
    encoder = OnnxEncoder(options.encoder)
    arrays, note = train(pairs, encoder)
    write(arrays, {**note, "probes": []}, options.out)
    write(arrays, {**note, "probes": probes(encoder, options.out)}, options.out)
    print(json.dumps(note))  # noqa: T201 - it speaks to a person at a terminal


if __name__ == "__main__":
    main()
