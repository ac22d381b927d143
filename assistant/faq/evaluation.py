"""Curated answers and cache: hit rate and false-hit rate at a threshold certified on other pairs."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.faq import guards
from assistant.faq.certificate import Flags, Floats, area_under_curve, certify, upper_limit
from assistant.knowledge.encoder import encode_many, shared_encoder
from retrieval.language import detect
from retrieval.normalise import fold
from retrieval.protocols import Encoder

EXACT = 1.01
"""Score of equal folded texts: they are served whatever the threshold."""


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


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Certify on one part, measure on the other."""
    return evaluate(read(options["calibrate"]), read(options["test"]), shared_encoder(), options["bound"])


def read(paths: Iterable[Path]) -> list[Pair]:
    """Read rows of `text_a, text_b, label` or `question_1, question_2, similar`."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [_pair(json.loads(line)) for line in lines]


def evaluate(calibrate: Sequence[Pair], test: Sequence[Pair], encoder: Encoder, bound: float) -> dict[str, Any]:
    """Return the figures by name; `auc` is the similarity's alone, before the guards.

    Each language has its own threshold; a language without a certificate is served exact words alone.
    """
    similar, asked_similar = score(calibrate, encoder), score(test, encoder)
    known, asked = guarded(calibrate, similar), guarded(test, asked_similar)
    labels, truth = _labels(calibrate), _labels(test)
    languages, asked_in = _languages(calibrate), _languages(test)
    certificates = {
        language: certify(known[languages == language], labels[languages == language], bound)
        for language in np.unique(asked_in)
    }
    least = {language: c.threshold if c.threshold is not None else EXACT for language, c in certificates.items()}
    served = asked >= np.array([least[language] for language in asked_in])
    different = int((~truth).sum())
    false_hits = int((served & ~truth).sum())
    thresholds = {str(language): c.threshold for language, c in certificates.items()}
    return {
        "auc": area_under_curve(asked_similar, truth),
        "hit_rate": float(served[truth].mean()) if truth.any() else None,
        "false_hit_rate": false_hits / different if different else None,
        "false_hit_upper95": upper_limit(false_hits, different) if different else None,
        "threshold": next(iter(thresholds.values())) if len(thresholds) == 1 else None,
        "thresholds": thresholds,
        "certified": all(c.threshold is not None for c in certificates.values()),
        "pairs": len(test),
    }


def score(pairs: Sequence[Pair], encoder: Encoder) -> Floats:
    """Score pairs [n]: EXACT for equal words, the cosine otherwise."""
    left, right = (encode_many([getattr(pair, side) for pair in pairs], encoder) for side in ("a", "b"))
    scores: Floats = np.sum(left * right, axis=1, dtype=np.float64)
    scores[[fold(pair.a) == fold(pair.b) for pair in pairs]] = EXACT
    return scores


def guarded(pairs: Sequence[Pair], scores: Floats) -> Floats:
    """Put the pairs to which a guard objects below all others: they are never served."""
    objected = np.array([guards.conflict(pair.a, pair.b) is not None for pair in pairs], bool)
    return np.where(objected, -np.inf, scores)


def _pair(line: dict[str, Any]) -> Pair:
    if "text_a" in line:
        return Pair(line["text_a"], line["text_b"], bool(int(line["label"])))
    return Pair(line["question_1"], line["question_2"], bool(int(line["similar"])))


def _labels(pairs: Sequence[Pair]) -> Flags:
    return np.array([pair.same for pair in pairs], bool)


def _languages(pairs: Sequence[Pair]) -> NDArray[np.str_]:
    return np.array([detect(pair.a) for pair in pairs])
