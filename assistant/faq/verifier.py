"""Do two questions ask the same? A small trained judge: logistic regression over `features`, in numpy alone.

Weights come from `python -m assistant.faq.train`; they lie beside the code with a checksum. The pairs they were learnt
on are known to them: such a pair is scored by a head that has not seen it, so that a threshold may be certified on
the very pairs that taught the verifier (cross-fitting, as in Chernozhukov et al., 2018).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.faq import features
from assistant.faq.features import Question, question
from retrieval.normalise import fold
from retrieval.types import Vectors

FOLDER = Path(__file__).with_name("weights")
FILE = "verifier.npz"
NOTE = "verifier.json"

__all__ = ["Question", "Verifier", "question", "shipped"]


class Corrects(Protocol):
    """What a tenant's own feedback corrects: see `tuning.Correction`."""

    def corrected(
        self, scores: NDArray[np.floating], words: NDArray[np.floating], names: Sequence[np.uint64] | None = None
    ) -> NDArray[np.float64]:
        """Correct log-odds [n] of pairs with scaled features `words` [n, WORDS]."""


class WeightsDamaged(RuntimeError):
    """The weights are not those that were trained: fetch the checkout again."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """`heads` is float32 [1 + folds, features + 1], bias last: the first for new pairs, the others for learnt ones.

    `middle` and `spread` [features] scale the features, `rarity` [BUCKETS] weighs words; `learnt` holds the names of
    the pairs that taught it, sorted, and `folds` the fold each was kept out of.
    """

    heads: NDArray[np.float32]
    middle: NDArray[np.float32]
    spread: NDArray[np.float32]
    rarity: NDArray[np.float32]
    learnt: NDArray[np.uint64]
    folds: NDArray[np.uint8]
    checksum: str

    def score(self, asked: Question, others: Sequence[Question], own: Corrects | None = None) -> NDArray[np.float64]:
        """Log-odds [len(others)] that each asks the same as `asked`; the order of a pair makes no difference.

        Corrected by what a tenant's `own` feedback taught, where it did. Minus infinity where the embeddings have
        another dimension than those it learnt from: nothing is known then.
        """
        if not others or len(self.middle) != features.WORDS + 2 * len(asked.vector):
            return np.full(len(others), -np.inf)
        scores, words = self.seen(asked, others)
        if own is None:
            return scores
        return own.corrected(scores, words, [pair_name(asked.text, other.text) for other in others])

    def seen(self, asked: Question, others: Sequence[Question]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Return the shipped log-odds [len(others)] and the scaled features of words [len(others), WORDS]."""
        rows = features.of_many(asked, others, self.rarity)
        heads = self.heads[[self._head(asked.text, other.text) for other in others]]
        scaled = (rows - self.middle) / self.spread
        found: NDArray[np.float64] = np.sum(scaled * heads[:, :-1], axis=1, dtype=np.float64) + heads[:, -1]
        return found, scaled[:, : features.WORDS]

    def score_pair(self, a: str, b: str, vector_a: Vectors, vector_b: Vectors) -> float:
        """Log-odds that two questions with these embeddings, float32 [dimension], ask the same."""
        return float(self.score(question(a, vector_a), [question(b, vector_b)])[0])

    def knows(self, a: str, b: str) -> bool:
        """Say whether this pair taught the verifier."""
        return self._head(a, b) > 0

    def _head(self, a: str, b: str) -> int:
        return known_by(self.learnt, self.folds, pair_name(a, b))


def known_by(learnt: NDArray[np.uint64], folds: NDArray[np.uint8], name: np.uint64) -> int:
    """Say which head judges a pair: 0, for all, unless the pair was `learnt` (sorted), then that of its fold."""
    place = int(np.searchsorted(learnt, name))
    return 1 + int(folds[place]) if place < len(learnt) and learnt[place] == name else 0


def pair_name(a: str, b: str) -> np.uint64:
    """Name a pair, whatever its order, width, case and script."""
    first, second = sorted((fold(a), fold(b)))
    return np.uint64(int.from_bytes(hashlib.sha256(f"{first}\n{second}".encode()).digest()[:8], "big"))


@cache
def shipped() -> Verifier:
    """Load the weights beside the code, once. Raises WeightsDamaged."""
    return load(FOLDER)


def load(folder: Path) -> Verifier:
    """Load weights. Raises WeightsDamaged when their checksum is not the one noted."""
    data = (folder / FILE).read_bytes()
    note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    checksum = hashlib.sha256(data).hexdigest()
    if checksum != note["sha256"]:
        raise WeightsDamaged(f"{folder / FILE} has checksum {checksum[:12]}, {NOTE} says {note['sha256'][:12]}")
    with np.load(io.BytesIO(data), allow_pickle=False) as found:
        return Verifier(
            found["heads"].astype(np.float32),
            found["middle"],
            found["spread"],
            found["rarity"].astype(np.float32),
            found["learnt"],
            found["folds"],
            checksum[:12],
        )
