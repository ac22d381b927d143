"""The yardstick of the evaluation: logistic regression on the same frozen embeddings, from scikit-learn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Vectors

STRENGTHS = (1.0, 10.0, 100.0)
"""Inverse strengths of the penalty that are tried; the peer gets the one that suits it."""
HELD_OUT = 5
"""One row in so many is held out to choose by."""
FEWEST = 50
"""With fewer rows the middle strength is taken unseen."""
STEPS = 1000


@dataclass(frozen=True, slots=True)
class Peer:
    """A fitted peer and the seconds that it took, the choice of its strength included."""

    fitted: Any
    strength: float
    seconds: float

    def names(self, vectors: Vectors) -> NDArray[np.str_]:
        """Name an intent (or `oos`, learnt as one more class) for each embedding [n, d]."""
        named: NDArray[np.str_] = self.fitted.predict(vectors) if len(vectors) else np.empty(0, np.str_)
        return named


def fit(vectors: Vectors, labels: Sequence[str], *, seed: int = 0) -> Peer:
    """Fit on embeddings [n, d] and one label each, of at least two kinds. Raises ValueError otherwise."""
    began = time.perf_counter()
    truth = np.asarray(labels)
    strength = _choose(vectors, truth, seed) if len(truth) >= FEWEST else STRENGTHS[len(STRENGTHS) // 2]
    return Peer(_fitted(vectors, truth, strength), strength, time.perf_counter() - began)


def _choose(vectors: Vectors, truth: NDArray[np.str_], seed: int) -> float:
    held = np.random.default_rng(seed).permutation(len(truth)) % HELD_OUT == 0
    if len(set(truth[~held])) < 2:
        return STRENGTHS[len(STRENGTHS) // 2]
    right = {
        strength: (_fitted(vectors[~held], truth[~held], strength).predict(vectors[held]) == truth[held]).mean()
        for strength in STRENGTHS
    }
    return max(STRENGTHS, key=lambda strength: (right[strength], -strength))


def _fitted(vectors: Vectors, truth: NDArray[np.str_], strength: float) -> Any:  # noqa: ANN401 - scikit-learn is untyped
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=STEPS).fit(vectors, truth)
