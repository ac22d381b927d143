"""The trainer's arithmetic: ridge regression on class indicators in a kernel's space, judged without a second training.

The kernel of two questions is a Gaussian of their embeddings' distance plus the cosine of their words and pieces of
words (TF-IDF). What each example would have got from a head trained without it follows from the fit in closed form
(leave-one-out: Allen's PRESS, 1974), and so does what a whole intent's examples would have got had the intent not
existed. That is what calibration, the threshold for strangers and the comparison of versions are made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.intents.model import Floats, gaussian

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

RIDGE = 0.1
MOST = 16_000
"""The time to fit grows with the cube of the examples, the memory with their square: 1 GB for so many. Of more, as
many of each intent are taken."""
STRIP = 512
OFTEN = 24
"""A piece in more than one of so many texts is multiplied densely."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A head over examples, and its judgements of them.

    `weights` [n, C]: scores are kernel(questions, examples) @ weights; `alone` [n, C] are the scores of each by a head
    trained without it. `root` [n, n] is the inverse of the lower Cholesky factor.
    """

    weights: Floats
    alone: Floats
    targets: Floats
    root: Floats

    def without(self, places: NDArray[np.intp]) -> Floats:
        """Return the scores [len(places), C] of some of the examples by a head trained without any of them."""
        columns = self.root[:, places]
        block = columns.T @ columns
        left: Floats = self.targets[places] - np.linalg.solve(block, self.weights[places])
        return left.astype(np.float32)


def fit(vectors: Floats, words: csr_matrix | None, targets: Floats, *, ridge: float = RIDGE) -> Fit:
    """Fit on unit vectors [n, d], weighed words [n, F] and class indicators [n, C]."""
    from scipy.linalg.lapack import spotrf, strtri

    kernel = kernel_of(vectors, words)
    kernel[np.diag_indices_from(kernel)] += np.float32(ridge)
    # LAPACK works in columns: the upper factor of the transposed view is the lower one of ours, in place.
    factor, failed = spotrf(kernel.T, lower=0, clean=1, overwrite_a=1)
    if failed or not np.isfinite(factor[-1, -1]):
        raise ValueError(f"the examples' kernel is not positive definite (LAPACK says {failed}); a vector is damaged")
    root = strtri(factor, lower=0, overwrite_c=1)[0].T
    weights = root.T @ (root @ targets)
    diagonal = np.einsum("ij,ij->j", root, root)[:, None]
    alone: Floats = targets - weights / diagonal
    return Fit(weights, alone, targets, root)


def kernel_of(vectors: Floats, words: csr_matrix | None) -> Floats:
    """Compare all with all: [n, n].

    The few pieces that occur in many texts make nearly all of a sparse product's work, which grows with the square of
    how often each occurs, and are quick as a dense one.
    """
    kernel = gaussian(vectors @ vectors.T)
    if words is None:
        return kernel
    often = np.bincount(words.indices, minlength=words.shape[1]) > words.shape[0] / OFTEN
    dense = words[:, np.flatnonzero(often)].toarray()
    rare = words[:, np.flatnonzero(~often)].tocsr()
    turned = rare.T.tocsr()
    for start in range(0, len(kernel), STRIP):
        strip = kernel[start : start + STRIP]
        strip += dense[start : start + STRIP] @ dense.T
        product = (rare[start : start + STRIP] @ turned).tocoo()
        strip[product.row, product.col] += product.data  # each place occurs once
    return kernel


def choose(targets: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose the rows to learn from: all, or as many of each class in turn."""
    if len(targets) <= MOST:
        return np.arange(len(targets))
    order = rng.permutation(len(targets))
    numbers = targets[order].argmax(axis=1)
    rank = np.zeros(len(order), np.int64)
    for number in np.unique(numbers):
        places = np.flatnonzero(numbers == number)
        rank[places] = np.arange(len(places))
    return np.sort(order[np.argsort(rank, kind="stable")[:MOST]])
