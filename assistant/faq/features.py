"""What the verifier looks at: how two questions' embeddings interact, and what is left when their words are aligned.

Words of content are compared after stemming and with the synonyms of `words.toml` under one name; each counts by how
rare it is, read from a small hashed table that training fills. Function words count for nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.faq.courtesy import bare
from assistant.faq.exchange import content
from retrieval.normalise import fold
from retrieval.types import Vectors

Features = NDArray[np.float32]
BUCKETS = 16_384
WORDS = 13
"""Features that are not embedding interactions."""
SIGNS = (1, 1, 1, 1, 1, -1, -1, -1, -1, -1, 0, 0, 1)
"""Which way each of them may count: closer vectors and more in common never make "the same" less likely, what only one
side says never makes it more likely; lengths may count either way."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the verifier sees it: its units of content, each with its bucket, and its embedding [dimension]."""

    text: str
    units: frozenset[int]
    length: int
    vector: Vectors


def question(text: str, vector: Vectors) -> Question:
    """Prepare one side of a pair; `vector` is its question embedding, float32 [dimension]."""
    return Question(text, *_units(text), vector)


@lru_cache(maxsize=50_000)
def _units(text: str) -> tuple[frozenset[int], int]:
    tokens = content(bare(fold(text)))
    return frozenset(bucket(unit) for unit in units(tokens)), len(tokens)


def units(tokens: Sequence[str]) -> list[str]:
    """List words, Han characters, and pairs of Han neighbours (a Chinese word has two characters as a rule)."""
    pairs = [a + b for a, b in pairwise(tokens) if not a.isascii() and not b.isascii()]
    return [*tokens, *pairs]


def bucket(unit: str) -> int:
    """Place of a unit in the table of rarities."""
    return zlib.crc32(unit.encode()) % BUCKETS


def features(a: Question, b: Question, rarity: NDArray[np.float32]) -> Features:
    """Return float32 [WORDS + 2 * dimension], the same for (b, a); `rarity` is float32 [BUCKETS]."""
    found: Features = of_many(a, [b], rarity)[0]
    return found


def of_many(asked: Question, others: Sequence[Question], rarity: NDArray[np.float32]) -> Features:
    """Return the features of one question with each of `others`, which there must be: [len(others), features]."""
    vectors = np.stack([other.vector for other in others])
    rows = np.empty((len(others), WORDS + 2 * len(asked.vector)), np.float32)
    cosines = vectors @ asked.vector
    for row, other, cosine in zip(rows, others, cosines.tolist(), strict=True):
        row[:WORDS] = _words(asked, other, cosine, rarity)
    half = WORDS + len(asked.vector)
    np.multiply(vectors, asked.vector, out=rows[:, WORDS:half])
    np.abs(vectors - asked.vector, out=rows[:, half:])
    return rows


def _words(a: Question, b: Question, cosine: float, rarity: NDArray[np.float32]) -> list[float]:
    shared, left, right = a.units & b.units, a.units - b.units, b.units - a.units
    common, only_a, only_b = (sum(map(rarity.item, places)) for places in (shared, left, right))
    less, more = sorted((only_a, only_b))
    short, long = sorted((a.length, b.length))
    return [
        cosine,
        max(cosine, 0.0) ** 8,
        common / (common + only_a + only_b + 1e-6),
        common / (common + less + 1e-6),
        common,
        less,
        more,
        max(map(rarity.item, left | right), default=0.0),
        min(len(left), len(right)),
        max(len(left), len(right)),
        short,
        long,
        short / (long + 1e-6),
    ]
