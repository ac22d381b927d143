"""One immutable run of texts, scored by bm25s at build time; saved as plain arrays and JSON, never pickled."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from retrieval.lexical.tokens import tokenise

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs every step of every build

K1 = 1.2
B = 0.75
_ARRAYS = ("data", "indices", "indptr")
_VOCABULARY = "vocabulary.json"


@dataclass(frozen=True, slots=True)
class Segment:
    """Scores of tokens in texts, column by column (CSC), as bm25s lays them out.

    `data` float32 and `indices` int32, shape [nonzeros]: eager BM25 scores and the texts they belong to, from 0;
    `indptr` int64, shape [tokens + 1]: where each token's column begins.
    """

    count: int
    vocabulary: dict[str, int]
    data: NDArray[np.float32]
    indices: NDArray[np.int32]
    indptr: NDArray[np.int64]

    def postings(self, token: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Texts that hold the token and their scores; both empty for an unknown one."""
        column = self.vocabulary.get(token)
        if column is None:
            return self.indices[:0], self.data[:0]
        span = slice(int(self.indptr[column]), int(self.indptr[column + 1]))
        return self.indices[span], self.data[span]

    def frequency(self, token: str) -> int:
        """Number of texts that hold the token."""
        return len(self.postings(token)[0])

    def save(self, folder: Path) -> None:
        """Write the segment as files into a folder that exists."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        text = json.dumps({"count": self.count, "vocabulary": self.vocabulary}, ensure_ascii=False)
        (folder / _VOCABULARY).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Segment:
        """Read a folder written by `save`; the arrays stay on disk until touched."""
        head = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        # Plain arrays over the maps: each slice of numpy's own memmap costs microseconds.
        arrays = {
            name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)) for name in _ARRAYS
        }
        return cls(count=int(head["count"]), vocabulary=head["vocabulary"], **arrays)


class SegmentBuilder:
    """Collects texts, then scores them all at once."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._rows: list[NDArray[np.int32]] = []

    def add(self, text: str) -> None:
        """Append a text."""
        numbers = [self._vocabulary.setdefault(token, len(self._vocabulary)) for token in tokenise(text)]
        self._rows.append(np.asarray(numbers, dtype=np.int32))

    def build(self) -> Segment:
        """Score the texts added so far (Lucene's variant of BM25)."""
        if not self._vocabulary:
            return _empty(len(self._rows))
        index = bm25s.BM25(method="lucene", k1=K1, b=B)
        rows: Sequence[list[int]] = [row.tolist() for row in self._rows]
        index.index((rows, dict(self._vocabulary)), create_empty_token=False, show_progress=False)
        return Segment(
            count=len(self._rows),
            vocabulary=self._vocabulary,
            data=np.asarray(index.scores["data"], dtype=np.float32),
            indices=np.asarray(index.scores["indices"], dtype=np.int32),
            indptr=np.asarray(index.scores["indptr"], dtype=np.int64),
        )


def build_segment(texts: Iterable[str]) -> Segment:
    """Score texts in one go."""
    builder = SegmentBuilder()
    for text in texts:
        builder.add(text)
    return builder.build()


def _empty(count: int) -> Segment:
    return Segment(count, {}, np.empty(0, np.float32), np.empty(0, np.int32), np.zeros(1, np.int64))
