"""BM25 over segments: a big one from a generation, small ones for what came since.

Each segment was scored with its own document frequencies; a search weighs its columns by the frequencies of all
segments together, so that one new document does not outrank the rest only because its segment is small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.lexical.segment import Segment, build_segment
from retrieval.lexical.tokens import question_tokens
from retrieval.locks import ReadWriteLock
from retrieval.types import Allowed

_MOST_SMALL_SEGMENTS = 12


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment, and the rows its texts stand for (int64 [texts])."""

    segment: Segment
    rows: NDArray[np.int64]
    texts: tuple[str, ...] = ()


class Bm25Index:
    """A LexicalIndex. `base` holds rows 0 to base.count - 1."""

    def __init__(self, base: Segment | None = None) -> None:
        self._parts: list[_Part] = []
        self._present: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._lock = ReadWriteLock()
        if base is not None:
            self._parts.append(_Part(base, np.arange(base.count, dtype=np.int64)))
            self._present = np.ones(base.count, dtype=np.bool_)

    def add(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Add rows that were not there before."""
        if not ids:
            return
        part = _Part(build_segment(texts), np.asarray(ids, dtype=np.int64), tuple(texts))
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
        """Best k (row, score), best first, zero scores left out; only among `allowed` when given."""
        return self.best(self.scores(question), k, allowed)

    @staticmethod
    def best(scores: NDArray[np.float32], k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Best k (row, score) of what `scores` returned, as `search` gives them."""
        if allowed is not None:
            width = min(len(scores), len(allowed))
            scores = scores[:width] * allowed[:width]
        if k <= 0:
            return []
        rows = np.flatnonzero(scores > 0)  # far fewer than all, as a rule: a million rows are not put in order
        if len(rows) > k:
            rows = rows[np.argpartition(-scores[rows], k - 1)[:k]]
        best = rows[np.lexsort((rows, -scores[rows]))]
        return [(int(row), float(scores[row])) for row in best]

    def scores(self, question: str) -> NDArray[np.float32]:
        """Scores of all rows, shape [rows] float32; 0 where no word is shared or the row is gone."""
        tokens = question_tokens(question)
        with self._lock.reading():
            scores = np.zeros(len(self._present), dtype=np.float32)
            total = sum(part.segment.count for part in self._parts)
            for token in tokens:
                columns = [(part, *part.segment.postings(token)) for part in self._parts]
                idf = _idf(sum(len(texts) for _, texts, _ in columns), total)
                for part, texts, values in columns:
                    if len(texts):
                        scores[part.rows[texts]] += values * (idf / _idf(len(texts), part.segment.count))
            scores *= self._present
        return scores

    def highest(self, question: str) -> float:
        """Score of a text that says nothing but the question's words, over and over; 0 for a question without any."""
        with self._lock.reading():
            total = sum(part.segment.count for part in self._parts)
            return sum(
                _idf(sum(part.segment.frequency(token) for part in self._parts), total)
                for token in question_tokens(question)
            )

    def _merge(self, small: list[_Part]) -> None:
        """Make one segment of the small ones. Only the thread that adds comes here."""
        pairs = [
            (int(row), text)
            for part in small
            for row, text in zip(part.rows, part.texts, strict=True)
            if self._present[row]
        ]
        texts = tuple(text for _, text in pairs)
        merged = _Part(build_segment(texts), np.asarray([row for row, _ in pairs], dtype=np.int64), texts)
        with self._lock.writing():
            self._parts = [part for part in self._parts if part not in small] + [merged]


def _idf(holding: int, total: int) -> float:
    """Inverse document frequency as in Lucene: never negative."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))
