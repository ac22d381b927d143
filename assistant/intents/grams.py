"""Words and pieces of words beside the embedding. numpy alone answers; scipy's sparse matrices train.

A question is described by its words and pairs of words, and by the character n-grams of each word (2 to 5 long, Chinese
text taken as it stands); each of the two descriptions is weighed by TF-IDF and brought to unit length. Their cosines
are a part of the trainer's kernel and name what the embedding blurs: exact terms, spelling, product names. Since they
are linear, what all examples say together is stored as one weight for each piece and intent.

Both are made from folded text: width, case and script make no difference. Numbers as classes change nothing, Chinese
particles left out lose a little (xsid 0.940 and 0.935, cmedic 0.898 and 0.888), so both stay as they are written.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.normalise import fold

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Keys = NDArray[np.uint32]

_WORD = re.compile(r"[a-z0-9']+|[\u4e00-\u9fff]")
SHORTEST, LONGEST = 2, 5
LONG = 20
"""Characters from which a word is more likely a Chinese sentence, which does not come again."""
SEEN_TWICE_FROM = 500
"""With so many examples a piece that occurs in one of them only is left out."""
SHARE = 0.25
"""How much the words weigh beside the Gaussian over embeddings, whose greatest value is 1."""


@dataclass(frozen=True, slots=True)
class Grams:
    """`keys` [F] sorted hashes of the known pieces, `idf` [F], `weights` [F, C] in half precision, `bias` [C]."""

    keys: Keys
    idf: Floats
    weights: NDArray[np.float16]
    bias: Floats

    def margins(self, texts: Sequence[str]) -> Floats:
        """Add up what the pieces of questions say [n, C]."""
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
    characters = (key for word in folded.split() for key in (_of_word(word) if len(word) < LONG else _pieces(word)))
    return Counter(map(_hash, (*words, *pairs))), Counter(characters)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces that count: `keys` [F] sorted hashes and `idf` [F]."""

    keys: Keys
    idf: Floats

    def collapse(self, words: csr_matrix, weights: Floats) -> Grams:
        """Turn weights of examples [m, C], whose `weighed` rows are [m, F], into weights of the pieces."""
        pieces = np.sqrt(np.float32(SHARE / 2)) * (words.T @ weights)
        return Grams(self.keys, self.idf, pieces.astype(np.float16), np.zeros(weights.shape[1], np.float32))


def weighed(texts: Sequence[str]) -> tuple[Vocabulary, csr_matrix]:
    """Return the pieces of texts that are kept, and the texts as rows of their weights [n, F], each half SHARE / 2."""
    from scipy.sparse import csr_matrix

    descriptions = [described(text) for text in texts]
    halves = [_flat([description[half] for description in descriptions]) for half in (0, 1)]
    every = np.concatenate([half.keys for half in halves])
    keys, place, seen = np.unique(every, return_inverse=True, return_counts=True)
    kept = seen >= (2 if len(texts) >= SEEN_TWICE_FROM else 1)
    column = np.cumsum(kept) - 1
    vocabulary = Vocabulary(keys[kept], (1.0 + np.log((1 + len(texts)) / (1 + seen[kept]))).astype(np.float32))
    total = csr_matrix((len(texts), max(1, len(vocabulary.keys))), dtype=np.float32)
    start = 0
    for half in halves:
        where = place[start : start + len(half.keys)]
        start += len(half.keys)
        known = kept[where]
        rows, columns = half.rows[known], column[where[known]]
        values = half.values[known] * vocabulary.idf[columns]
        lengths = np.sqrt(np.bincount(rows, values**2, minlength=len(texts)))
        values = (values / lengths[rows] * np.sqrt(SHARE / 2)).astype(np.float32)
        total = total + csr_matrix((values, (rows, columns)), shape=total.shape)
    return vocabulary, total


@dataclass(frozen=True, slots=True)
class _Flat:
    """One description of all texts, end to end: which text, which piece, how much it weighs there."""

    rows: NDArray[np.intp]
    keys: Keys
    values: Floats


def _flat(blocks: Sequence[Counter[int]]) -> _Flat:
    lengths = [len(block) for block in blocks]
    keys = np.fromiter((key for block in blocks for key in block), np.uint32, sum(lengths))
    counts = np.fromiter((times for block in blocks for times in block.values()), np.float32, sum(lengths))
    return _Flat(np.repeat(np.arange(len(blocks)), lengths), keys, (1.0 + np.log(counts)).astype(np.float32))


def _pieces(word: str) -> tuple[int, ...]:
    """Hash the character n-grams of a word."""
    padded = f" {word} "
    return tuple(
        _hash("#" + padded[start : start + length])
        for length in range(SHORTEST, LONGEST + 1)
        for start in range(max(1, len(padded) - length + 1))
    )


def _hash(piece: str) -> int:
    return zlib.crc32(piece.encode())


_of_word = lru_cache(maxsize=10_000)(_pieces)
"""Words come again and again while a head is trained."""
