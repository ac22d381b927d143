"""BM25 over segments: a big one from a generation, small ones for what came since.

Each segment was scored with its own document frequencies; a search weighs its columns by the frequencies of all
segments together, so that one new document does not outrank the rest only because its segment is small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retrieval.lexical.segment import Segment, build_segment
from retrieval.lexical.tokens import question_tokens
from retrieval.locks import ReadWriteLock
from retrieval.types import Allowed, Vectors

_MOST_SMALL_SEGMENTS = 12
_ROUNDING = 1e-4  # of sums of float32

_WORTH_A_LOOK = 0.1
"""Of all rows: fewer postings than that are read sooner than the rows found so far are counted."""

Rows = NDArray[np.int64] | NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A segment, and the rows its texts stand for (int64 [texts], rising); None where text i is row i.

    `tops` remembers the highest score in a token's column.
    """

    segment: Segment
    rows: NDArray[np.int64] | None = None
    texts: tuple[str, ...] = ()
    tops: dict[str, float] = field(default_factory=dict)

    def column(self, token: str, idf: float) -> _Column | None:
        """Where the token stands, weighed by its frequency in all segments; None where it does not."""
        texts, values = self.segment.postings(token)
        if not len(texts):
            return None
        if token not in self.tops:
            self.tops[token] = float(values.max())
        weight = idf / _idf(len(texts), self.segment.count)
        return _Column(texts if self.rows is None else self.rows[texts], values, weight, self.tops[token] * weight)


@dataclass(frozen=True, slots=True)
class _Column:
    """Rows that hold a token, rising, and their scores before weighing; `most` is the highest one weighed."""

    rows: Rows
    values: NDArray[np.float32]
    weight: float
    most: float

    def of(self, rows: Rows) -> NDArray[np.float32]:
        """Weighed scores of rows, [len(rows)]; 0 where the token does not stand."""
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.where(self.rows[places] == rows, self.values[places] * np.float32(self.weight), np.float32(0))


@dataclass(frozen=True, slots=True)
class _Word:
    """A token of a question in all segments; `most` bounds what it adds to one row's score."""

    columns: tuple[_Column, ...]
    most: float
    holding: int


class Bm25Index:
    """A LexicalIndex. `base` holds rows 0 to base.count - 1."""

    def __init__(self, base: Segment | None = None) -> None:
        self._parts: list[_Part] = []
        self._present: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._lock = ReadWriteLock()
        if base is not None:
            self._parts.append(_Part(base))
            self._present = np.ones(base.count, dtype=np.bool_)

    def add(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Add rows that were not there before."""
        if not ids:
            return
        part = _part(zip(ids, texts, strict=True))
        with self._lock.writing():
            self._parts.append(part)
            longer = max(ids) + 1 - len(self._present)
            self._present = np.pad(self._present, (0, max(longer, 0)))
            self._present[part.rows] = True
            merged = [part for part in self._parts if part.texts]
        if len(merged) > _MOST_SMALL_SEGMENTS:
            self._merge(merged)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; unknown ids are ignored."""
        with self._lock.writing():
            rows = np.asarray(ids, dtype=np.int64)
            self._present[rows[(rows >= 0) & (rows < len(self._present))]] = False

    def __len__(self) -> int:
        return int(self._present.sum())

    def search(self, question: str, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Best k (row, score), best first, zero scores left out; only among `allowed` when given.

        Rare words first. Once a row that holds none of them could not come among the best k any more, the other words
        are only looked up for the rows found so far: what most rows hold is not read (MaxScore: Turtle and Flood 1995,
        "Query Evaluation: Strategies and Optimizations").
        """
        if k <= 0:
            return []
        with self._lock.reading():
            scores = np.zeros(len(self._present), dtype=np.float32)
            words = self._words(question)
            done, rest = 0.0, sum(word.most for word in words)
            unread = sum(word.holding for word in words)
            for number, word in enumerate(words):
                for column in word.columns:
                    scores[column.rows] += column.values * np.float32(column.weight)
                done, rest, unread = done + word.most, rest - word.most, unread - word.holding
                if rest < done and unread > _WORTH_A_LOOK * len(scores):
                    found = self._found(scores, allowed)
                    floor = _kth(scores[found], k)
                    if rest < floor * (1 - _ROUNDING):
                        kept = found[scores[found] + rest >= floor * (1 - _ROUNDING)]
                        return _best(kept, scores[kept] + _sum(words[number + 1 :], kept), k)
            found = self._found(scores, allowed)
            return _best(found, scores[found], k)

    def scores(self, question: str, rows: Sequence[int]) -> Vectors:
        """Scores of rows, shape [len(rows)] float32; 0 where no word is shared, or the row is gone."""
        wanted = np.asarray(rows, dtype=np.int64)
        with self._lock.reading():
            known = (wanted >= 0) & (wanted < len(self._present))
            known[known] = self._present[wanted[known]]
            scores = np.zeros(len(wanted), dtype=np.float32)
            scores[known] = _sum(self._words(question), wanted[known])
        return scores

    def highest(self, question: str) -> float:
        """Score of a text that says nothing but the question's words, over and over; 0 for a question without any."""
        with self._lock.reading():
            total = sum(part.segment.count for part in self._parts)
            return sum(
                _idf(sum(part.segment.frequency(token) for part in self._parts), total)
                for token in question_tokens(question)
            )

    def _words(self, question: str) -> list[_Word]:
        """The question's words, the rarest first."""
        total = sum(part.segment.count for part in self._parts)
        words = []
        for token in question_tokens(question):
            holding = sum(part.segment.frequency(token) for part in self._parts)
            idf = _idf(holding, total)
            columns = tuple(column for part in self._parts if (column := part.column(token, idf)) is not None)
            words.append(_Word(columns, max((column.most for column in columns), default=0.0), holding))
        return sorted(words, key=lambda word: word.holding)

    def _found(self, scores: NDArray[np.float32], allowed: Allowed | None) -> NDArray[np.int64]:
        """Rows with a score that are there and allowed."""
        rows = np.flatnonzero(scores)
        rows = rows[self._present[rows]]
        if allowed is None:
            return rows
        rows = rows[: int(np.searchsorted(rows, len(allowed)))]
        return rows[allowed[rows]]

    def _merge(self, small: list[_Part]) -> None:
        """Make one segment of the small ones. Only the thread that adds comes here."""
        pairs = [
            (int(row), text)
            for part in small
            if part.rows is not None
            for row, text in zip(part.rows, part.texts, strict=True)
            if self._present[row]
        ]
        merged = _part(pairs)
        with self._lock.writing():
            self._parts = [part for part in self._parts if part not in small] + [merged]


def _part(pairs: Iterable[tuple[int, str]]) -> _Part:
    """A small segment of (row, text)."""
    ordered = sorted(pairs)
    texts = tuple(text for _, text in ordered)
    return _Part(build_segment(texts), np.asarray([row for row, _ in ordered], dtype=np.int64), texts)


def _sum(words: Sequence[_Word], rows: Rows) -> NDArray[np.float32]:
    scores = np.zeros(len(rows), dtype=np.float32)
    for word in words:
        for column in word.columns:
            scores += column.of(rows)
    return scores


def _kth(scores: NDArray[np.float32], k: int) -> float:
    """The k-th highest score; 0 where there are fewer."""
    return 0.0 if len(scores) < k else float(np.partition(scores, len(scores) - k)[len(scores) - k])


def _best(rows: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
    if len(rows) > k:
        near = np.argpartition(-scores, k - 1)[:k]
        rows, scores = rows[near], scores[near]
    order = np.lexsort((rows, -scores))
    return [(int(row), float(score)) for row, score in zip(rows[order], scores[order], strict=True)]


def _idf(holding: int, total: int) -> float:
    """Inverse document frequency as in Lucene: never negative."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))
