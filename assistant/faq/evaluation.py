"""Curated answers and cache: hit rate and false-hit rate at a threshold certified on other pairs."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import CommandError
from numpy.typing import NDArray

from assistant.faq import among, guards, issuing, verifier
from assistant.faq.certificate import Certificate, Flags, Floats, area_under_curve, certify, limits, upper_limit
from assistant.knowledge.encoder import encode_many, shared_encoder
from assistant.knowledge.stored_vectors import StoredVectors
from retrieval.language import detect
from retrieval.normalise import fold
from retrieval.protocols import Encoder
from retrieval.types import Vectors

EXACT = 1e6
"""Score of equal folded texts: they are served whatever the threshold."""

FORMATS = "a row has text_a, text_b, label or question_1, question_2, similar; label and similar are 0 or 1"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions and whether they ask the same."""

    a: str
    b: str
    same: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Say which pairs choose the threshold and which ones judge it."""
    parser.add_argument("--calibrate", type=Path, nargs="+", required=True, help="JSON lines of labelled pairs")
    parser.add_argument("--test", type=Path, nargs="+", required=True, help="JSON lines of labelled pairs")
    parser.add_argument("--bound", type=float, default=0.01, help="highest false-hit rate to be certified")
    parser.add_argument("--vectors", type=Path, help="folder to keep embeddings in, for the next evaluation")


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Certify on one part, measure on the other. Raises CommandError for files and bounds that cannot be used."""
    if not 0 < options["bound"] < 1:
        raise CommandError(f"--bound {options['bound']:g} is no rate: give 0.01 for one false hit in a hundred")
    calibrate, test = read(options["calibrate"]), read(options["test"])
    encoder: Encoder = shared_encoder()
    if options.get("vectors"):
        encoder = StoredVectors(encoder, options["vectors"])
    return evaluate(calibrate, test, encoder, options["bound"])


def read(paths: Iterable[Path]) -> list[Pair]:
    """Read rows of `text_a, text_b, label` or `question_1, question_2, similar`, label and similar 0 or 1.

    Raises CommandError, naming file and line, for what is no such row, and for files without a row.
    """
    paths = list(paths)
    pairs = [pair for path in paths for pair in _pairs(path)]
    if not pairs:
        raise CommandError(f"there are no pairs in {', '.join(map(str, paths))}")
    return pairs


def evaluate(calibrate: Sequence[Pair], test: Sequence[Pair], encoder: Encoder, bound: float) -> dict[str, Any]:
    """Return the figures by name; `auc` is the verifier's, before the guards.

    Each language has its own threshold. Where the calibration pairs certify none, the shipped certificate of the
    language is borrowed: `certified` is then false and `origins` says "shipped"; without one, equal words alone are
    served. `served_another_rate` is what the threshold serves wrongly among all test questions at once (`among`); the
    figures of the cosine are what it does at the least threshold that these very pairs allow, picked with them in view.
    """
    known, (asked, vectors) = score(calibrate, encoder), scored(test, encoder)
    truth, asked_in = _labels(test), _languages(test)
    fits = issuing.agrees(encoder)
    certificates = {
        str(language): _certified(calibrate, guarded(calibrate, known), str(language), bound, borrow=fits)
        for language in np.unique(asked_in)
    }
    least = {language: EXACT if c.threshold is None else c.threshold for language, (c, _) in certificates.items()}
    served = guarded(test, asked) >= np.array([least[str(language)] for language in asked_in])
    hits, false_hits, different = int((served & truth).sum()), int((served & ~truth).sum()), int((~truth).sum())
    thresholds = {language: c.threshold for language, (c, _) in certificates.items()}
    return {
        "auc": area_under_curve(asked, truth),
        "hit_rate": hits / int(truth.sum()) if truth.any() else None,
        "hit_rate_interval95": limits(hits, int(truth.sum())),
        "false_hit_rate": false_hits / different if different else None,
        "false_hit_upper95": upper_limit(false_hits, different) if different else None,
        "false_hit_interval95": limits(false_hits, different),
        "threshold": next(iter(thresholds.values())) if len(thresholds) == 1 else None,
        "thresholds": thresholds,
        "certified": all(origin == "own" for _, origin in certificates.values()),
        "origins": {language: origin for language, (_, origin) in certificates.items()},
        "pairs": len(test),
        **_among_all(test, vectors, least, bound),
    }


def _among_all(
    test: Sequence[Pair], vectors: Mapping[str, Vectors], least: Mapping[str, float], bound: float
) -> dict[str, Any]:
    """Ask every test question among all, by the threshold and by a cosine that was picked on these pairs."""
    found, truth = among.ask([(pair.a, pair.b) for pair in test if pair.same], vectors), _labels(test)
    cosines = np.array([vectors[pair.a] @ vectors[pair.b] for pair in test], np.float64)
    picked = among.loosest_cosine(cosines, truth, bound)
    return {
        "served_another_rate": found.served(least),
        "questions": len(vectors),
        "cosine_threshold": picked,
        "cosine_hit_rate": float((cosines[truth] >= picked).mean()) if truth.any() else None,
        "cosine_served_another_rate": found.served_by_cosine(picked),
    }


def score(pairs: Sequence[Pair], encoder: Encoder) -> Floats:
    """Score pairs [n] by the verifier: EXACT for equal words."""
    return scored(pairs, encoder)[0]


def scored(pairs: Sequence[Pair], encoder: Encoder) -> tuple[Floats, dict[str, Vectors]]:
    """Return the scores with the embedding of each text."""
    texts = sorted({text for pair in pairs for text in (pair.a, pair.b)})
    vectors = encode_many(texts, encoder)
    ready = {text: verifier.question(text, vector) for text, vector in zip(texts, vectors, strict=True)}
    judge = verifier.shipped()
    scores = [
        EXACT if fold(pair.a) == fold(pair.b) else float(judge.score(ready[pair.a], [ready[pair.b]])[0])
        for pair in pairs
    ]
    return np.array(scores, np.float64), dict(zip(texts, vectors, strict=True))


def guarded(pairs: Sequence[Pair], scores: Floats) -> Floats:
    """Put the pairs to which a guard objects below all others: they are never served."""
    objected = np.array([guards.conflict(pair.a, pair.b) is not None for pair in pairs], bool)
    return np.where(objected, -np.inf, scores)


def _certified(
    pairs: Sequence[Pair], scores: Floats, language: str, bound: float, *, borrow: bool
) -> tuple[Certificate, str]:
    here = _languages(pairs) == language
    found = certify(scores[here], _labels(pairs)[here], bound)
    if found.threshold is not None:
        return found, "own"
    borrowed = issuing.shipped(language, bound) if borrow else found
    return (borrowed, "shipped") if borrowed.threshold is not None else (found, "none")


def _pairs(path: Path) -> Iterator[Pair]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8 text: save it as UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _pair(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise CommandError(f"{path}, line {number}: {FORMATS}") from error


def _pair(row: dict[str, Any]) -> Pair:
    names = ("text_a", "text_b", "label") if "text_a" in row else ("question_1", "question_2", "similar")
    a, b, same = (row[name] for name in names)
    if not isinstance(a, str) or not isinstance(b, str) or int(same) not in (0, 1):
        raise ValueError(row)
    return Pair(a, b, bool(int(same)))


def _labels(pairs: Sequence[Pair]) -> Flags:
    return np.array([pair.same for pair in pairs], bool)


def _languages(pairs: Sequence[Pair]) -> NDArray[np.str_]:
    return np.array([detect(pair.a) for pair in pairs])
