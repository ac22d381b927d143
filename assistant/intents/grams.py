"""Words and pieces of words as a second opinion beside the embedding. numpy alone answers; scikit-learn trains.

A question is described by its words and pairs of words, and by the character n-grams of each word (2 to 5 long, Chinese
text taken as it stands); each of the two descriptions is weighed by TF-IDF and brought to unit length. A linear
support vector machine over them names what the embedding blurs: exact terms, spelling, product names.
"""

from __future__ import annotations

import re
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retrieval.normalise import fold

Floats = NDArray[np.float32]
Keys = NDArray[np.uint32]

_WORD = re.compile(r"[a-z0-9']+|[\u4e00-\u9fff]")
SHORTEST, LONGEST = 2, 5
SEEN_TWICE_FROM = 500
"""With so many examples a piece that occurs in one of them only is left out."""
SVM_C = 0.5


@dataclass(frozen=True, slots=True)
class Grams:
    """`keys` [F] sorted hashes of the known pieces, `idf` [F], `weights` [F, C] in half precision, `bias` [C]."""

    keys: Keys
    idf: Floats
    weights: NDArray[np.float16]
    bias: Floats

    def margins(self, texts: Sequence[str]) -> Floats:
        """Score questions [n, C]: above 0 where the machine would say yes."""
        return np.stack([self._margin(text) for text in texts]) if texts else np.zeros((0, len(self.bias)), np.float32)

    def _margin(self, text: str) -> Floats:
        total = self.bias.copy()
        for pieces in described(text):
            where, values = self._known(pieces)
            if len(where):
                weighed = values * self.idf[where]
                total += (weighed / np.linalg.norm(weighed)) @ self.weights[where].astype(np.float32)
        return total

    def _known(self, pieces: Counter[int]) -> tuple[NDArray[np.intp], Floats]:
        asked = np.fromiter(pieces.keys(), np.uint32, len(pieces))
        where = np.minimum(np.searchsorted(self.keys, asked), max(0, len(self.keys) - 1))
        known = self.keys[where] == asked if len(self.keys) else np.zeros(len(asked), bool)
        counts = np.fromiter(pieces.values(), np.float32, len(pieces))
        return where[known], 1.0 + np.log(counts[known])


def absent(classes: int) -> Grams:
    """Return what has no opinion on any class."""
    shape = (0, classes)
    return Grams(np.zeros(0, np.uint32), np.zeros(0, np.float32), np.zeros(shape, np.float16), np.zeros(classes, "f4"))


def described(text: str) -> tuple[Counter[int], Counter[int]]:
    """Count the hashes of a text's words and pairs of words, and of its character n-grams."""
    folded = fold(text)
    words = _WORD.findall(folded)
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return Counter(map(_hash, (*words, *pairs))), Counter(_hash("#" + gram) for gram in _characters(folded))


def fit(texts: Sequence[str], numbers: NDArray[np.int64], count: int) -> Grams:
    """Train on texts with a class number each; classes that do not occur never win."""
    from scipy.sparse import csr_matrix
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    described_texts = [described(text) for text in texts]
    seen = Counter(key for blocks in described_texts for block in blocks for key in block)
    least = 2 if len(texts) >= SEEN_TWICE_FROM else 1
    keys = np.array(sorted(key for key, times in seen.items() if times >= least), np.uint32)
    column = {int(key): place for place, key in enumerate(keys)}
    idf = np.array([1.0 + np.log((1 + len(texts)) / (1 + seen[int(key)])) for key in keys], np.float32)
    halves = [_rows([blocks[half] for blocks in described_texts], column, idf) for half in (0, 1)]
    matrix = sum(csr_matrix(half, shape=(len(texts), max(1, len(keys)))) for half in halves)
    machine = LinearSVC(C=SVM_C, tol=1e-2, max_iter=200, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of the optimum change no answer
        machine.fit(matrix, numbers)
    weights, bias = np.zeros((len(keys), count), np.float16), np.full(count, -2.0, np.float32)
    found = machine.classes_
    if len(found) == 2:
        found_weights = machine.coef_[0][: len(keys)]
        weights[:, found[0]], weights[:, found[1]] = -found_weights, found_weights
        bias[found[0]], bias[found[1]] = -machine.intercept_[0], machine.intercept_[0]
    else:
        weights[:, found], bias[found] = machine.coef_.T[: len(keys)], machine.intercept_
    return Grams(keys, idf, weights, bias)


Triplets = tuple[list[float], tuple[list[int], list[int]]]


def _rows(blocks: Sequence[Counter[int]], column: dict[int, int], idf: Floats) -> Triplets:
    values: list[float] = []
    rows: list[int] = []
    columns: list[int] = []
    for row, block in enumerate(blocks):
        places = [(column[key], times) for key, times in block.items() if key in column]
        weighed = np.array([(1.0 + np.log(times)) * idf[place] for place, times in places])
        values += (weighed / np.linalg.norm(weighed)).tolist() if places else []
        rows += [row] * len(places)
        columns += [place for place, _ in places]
    return values, (rows, columns)


def _characters(folded: str) -> Iterator[str]:
    for word in folded.split():
        padded = f" {word} "
        for length in range(SHORTEST, LONGEST + 1):
            for start in range(max(1, len(padded) - length + 1)):
                yield padded[start : start + length]


def _hash(piece: str) -> int:
    return zlib.crc32(piece.encode())
