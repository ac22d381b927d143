"""The trainer's arithmetic: ridge regression on class indicators in a kernel's space, judged without a second training.

The kernel of two questions is a Gaussian of their embeddings' distance plus the cosine of their words and pieces of
words (TF-IDF). What each example would have got from a head trained without it follows from the fit in closed form
(leave-one-out: Allen's PRESS, 1974), and so does what a whole intent's examples would have got had the intent not
existed. That is what calibration, the threshold for strangers and the comparison of versions are made from.
With more than MOST_LANDMARKS examples the kernel is taken to so many of them (Nyström; Williams and Seeger, 2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.intents.model import Floats, gaussian

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

RIDGE = 0.2
MOST_LANDMARKS = 5_000
JITTER = 1e-4


@dataclass(frozen=True, slots=True)
class Fit:
    """A head over landmarks, and its judgements of its own examples.

    `landmarks` [m] rows of the examples; `weights` [m, C]: scores are kernel(questions, landmarks) @ weights;
    `fitted` [n, C] scores of the examples, `alone` [n, C] those by a head trained without that very example.
    """

    landmarks: NDArray[np.intp]
    weights: Floats
    fitted: Floats
    alone: Floats
    targets: Floats
    features: Floats
    projected: Floats

    def without(self, rows: NDArray[np.intp]) -> Floats:
        """Return the scores [len(rows), C] of examples by a head trained without any of them."""
        hat = self.projected[rows] @ self.features[rows].T
        rest = np.linalg.solve(np.eye(len(rows), dtype=np.float32) - hat, self.targets[rows] - self.fitted[rows])
        left: Floats = (self.targets[rows] - rest).astype(np.float32)
        return left


def fit(
    vectors: Floats, words: csr_matrix | None, targets: Floats, rng: np.random.Generator, *, ridge: float = RIDGE
) -> Fit:
    """Fit on unit vectors [n, d], weighed words [n, F] and class indicators [n, C]."""
    from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

    landmarks = choose(targets, rng)
    kernel = gaussian(vectors @ vectors[landmarks].T)
    if words is not None:
        kernel += _dense(words @ words[landmarks].T)
    square = kernel[landmarks].astype(np.float64)
    square[np.diag_indices_from(square)] += JITTER
    root = cholesky(square, lower=True, overwrite_a=True, check_finite=False).astype(np.float32)
    features: Floats = solve_triangular(root, kernel.T, lower=True, check_finite=False).T
    normal = features.T @ features
    normal[np.diag_indices_from(normal)] += ridge
    factor = cho_factor(normal, overwrite_a=True, check_finite=False)
    projected: Floats = cho_solve(factor, features.T, check_finite=False).T
    inner = projected.T @ targets
    fitted = features @ inner
    leverage = np.minimum((projected * features).sum(axis=1), 0.9999)[:, None]
    alone = targets - (targets - fitted) / (1.0 - leverage)
    weights: Floats = solve_triangular(root.T, inner, lower=False, check_finite=False).astype(np.float32)
    return Fit(landmarks, weights, fitted, alone.astype(np.float32), targets, features, projected)


def choose(targets: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose the rows that questions are compared with: all, or as many of each class in turn."""
    if len(targets) <= MOST_LANDMARKS:
        return np.arange(len(targets))
    order = rng.permutation(len(targets))
    numbers = targets[order].argmax(axis=1)
    rank = np.zeros(len(order), np.int64)
    for number in np.unique(numbers):
        rows = np.flatnonzero(numbers == number)
        rank[rows] = np.arange(len(rows))
    return np.sort(order[np.argsort(rank, kind="stable")[:MOST_LANDMARKS]])


def _dense(product: Any) -> Floats:  # noqa: ANN401 - scipy.sparse ships no types
    dense: Floats = product.toarray().astype(np.float32)
    return dense
