"""Nearest neighbours by FAISS; the only module that imports it.

A big, immutable base (from a generation) and a small exact tail for what came since are searched together.
The base is exact up to 50,000 rows; above, 8-bit codes find candidates, which are scored again with the full
vectors; from 300,000 rows the codes lie in the lists of an inverted file. Few rows allowed: their vectors are
compared one by one, so that a narrow filter never loses a hit.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.locks import ReadWriteLock
from retrieval.types import Allowed, Vectors

faiss: Any = _faiss  # its stubs describe the C++ signatures, not those its Python layer puts over them

Coarse = _faiss.Index
"""A trained inverted file, opaque outside of this module."""
Selector = _faiss.IDSelector

EXACT_BELOW = 50_000
LISTS_FROM = 300_000  # 100,000 rows of 384 dimensions as 8-bit codes are read in some 5 ms: lists would only lose hits
_EXACT_ALLOWED = 2_000  # gathering more rows than this takes longer than reading all codes
_TRAIN_ROWS = 20_000
_TRAIN_ROWS_A_LIST = 40
_BLOCK = 65_536
_PROBED_SHARE = 0.1  # of the lists; e5 vectors, 100,000 rows: recall@10 0.99 after scoring again
_OVERSAMPLING = 4
_GONE = -1


@dataclass(frozen=True, slots=True)
class _Base:
    """Rows 0 to n - 1: the vectors (memory-mapped [n, dimension] float32), and codes when there are many."""

    vectors: Vectors
    coarse: Any | None  # a Coarse; see `faiss` above


def train_base(vectors: Vectors, exact_below: int = EXACT_BELOW, lists_from: int = LISTS_FROM) -> Coarse | None:
    """Build 8-bit codes over rows [n, dimension], in lists from `lists_from` rows; None where exact search will do."""
    count = len(vectors)
    if count < exact_below:
        return None
    return _codes(vectors) if count < lists_from else _lists(vectors)


def _codes(vectors: Vectors) -> Coarse:
    codes = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    codes.train(np.ascontiguousarray(vectors[:: max(1, len(vectors) // _TRAIN_ROWS)]))
    _add(codes, vectors)
    trained: Coarse = codes
    return trained


def _lists(vectors: Vectors) -> Coarse:
    count, dimension = vectors.shape
    lists = max(16, int(2 * count**0.5))
    coarse = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    rows = np.random.default_rng(0).permutation(count)[: lists * _TRAIN_ROWS_A_LIST]
    coarse.train(np.ascontiguousarray(vectors[np.sort(rows)]))
    _add(coarse, vectors)
    coarse.nprobe = max(8, int(lists * _PROBED_SHARE))
    trained: Coarse = coarse
    return trained


def _add(index: Any, vectors: Vectors) -> None:  # noqa: ANN401 - see `faiss` above
    for start in range(0, len(vectors), _BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + _BLOCK]))


def save_base(coarse: Coarse, path: Path) -> None:
    """Write an inverted file."""
    faiss.write_index(coarse, str(path))


def load_base(path: Path) -> Coarse:
    """Read what `save_base` wrote. Check its checksum first: FAISS trusts the file."""
    coarse: Coarse = faiss.read_index(str(path))
    return coarse


class FaissIndex:
    """A VectorIndex over `base` [n, dimension] (rows 0 to n - 1) and whatever is added later."""

    def __init__(self, dimension: int, base: Vectors | None = None, coarse: Coarse | None = None) -> None:
        """Take a base; without `coarse` (see `train_base`) it is searched exactly."""
        self._dimension = dimension
        self._tail = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._lock = ReadWriteLock()
        vectors = np.empty((0, dimension), dtype=np.float32) if base is None else base
        self._base = _Base(vectors, coarse)
        self._alive = np.ones(len(vectors), dtype=np.bool_)
        if coarse is None and len(vectors):
            exact = faiss.IndexFlatIP(dimension)
            exact.add(np.ascontiguousarray(vectors))
            self._base = _Base(vectors, exact)

    def __len__(self) -> int:
        return int(self._alive.sum()) + int(self._tail.ntotal)

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add rows; an id that exists is replaced. Raises ValueError when shapes do not fit."""
        if vectors.shape != (len(ids), self._dimension):
            raise ValueError(f"expected vectors of shape {(len(ids), self._dimension)}, got {vectors.shape}")
        if not len(ids):
            return
        numbers = np.asarray(ids, dtype=np.int64)
        with self._lock.writing():
            self._remove(numbers)
            self._tail.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), numbers)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; unknown ids are ignored."""
        with self._lock.writing():
            self._remove(np.asarray(ids, dtype=np.int64))

    def search(self, vectors: Vectors, k: int, allowed: Allowed | None = None) -> list[list[tuple[int, float]]]:
        """Best k (row, inner product) for each row of `vectors`, best first; only among `allowed` when given."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1, self._dimension)
        faiss.omp_set_num_threads(1)  # counts for the calling thread; waking others takes longer than one question
        with self._lock.reading():
            found = [[*base, *tail] for base, tail in zip(
                self._search_base(vectors, k, allowed), self._search_tail(vectors, k, allowed), strict=True
            )]  # fmt: skip
        return [sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k] for pairs in found]

    def rows(self, ids: Sequence[int]) -> Vectors:
        """Vectors of rows, [len(ids), dimension]. Raises KeyError for an unknown row."""
        with self._lock.reading():
            rows = np.empty((len(ids), self._dimension), dtype=np.float32)
            for number, row in enumerate(ids):
                rows[number] = self._vector(row)
        return rows

    def similarities(self, vector: Vectors, ids: Sequence[int]) -> Vectors:
        """Inner products of `vector` [dimension] with rows; shape [len(ids)]. Raises KeyError for an unknown row."""
        products: Vectors = self.rows(ids) @ vector
        return products

    def _vector(self, row: int) -> Vectors:
        if row < len(self._base.vectors):
            stored: Vectors = self._base.vectors[row]
            return stored
        try:
            vector: Vectors = self._tail.reconstruct(row)
        except RuntimeError as error:
            raise KeyError(row) from error
        return vector

    def _remove(self, numbers: NDArray[np.int64]) -> None:
        self._alive[numbers[(numbers >= 0) & (numbers < len(self._alive))]] = False
        if self._tail.ntotal:
            self._tail.remove_ids(numbers)

    def _search_base(self, vectors: Vectors, k: int, allowed: Allowed | None) -> list[list[tuple[int, float]]]:
        mask = self._alive if allowed is None else self._alive & _fitted(allowed, len(self._alive))
        count = int(mask.sum())
        if count == 0 or self._base.coarse is None:
            return [[] for _ in vectors]
        if count <= _EXACT_ALLOWED and count < len(mask):
            rows = np.flatnonzero(mask)
            return [self._scored(vector, rows, k) for vector in vectors]
        selector = None if count == len(mask) else faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
        if isinstance(self._base.coarse, faiss.IndexIVF):
            return self._search_lists(vectors, k, selector, count / len(mask))
        params = faiss.SearchParameters(sel=selector)
        if isinstance(self._base.coarse, faiss.IndexFlat):
            scores, rows = self._base.coarse.search(vectors, k, params=params)
            return [_pairs(*row) for row in zip(rows, scores, strict=True)]
        _, rows = self._base.coarse.search(vectors, k * _OVERSAMPLING, params=params)
        return [self._scored(vector, found[found != _GONE], k) for vector, found in zip(vectors, rows, strict=True)]

    def _search_lists(
        self, vectors: Vectors, k: int, selector: Selector | None, share: float
    ) -> list[list[tuple[int, float]]]:
        coarse: Any = self._base.coarse
        probes = min(coarse.nlist, int(coarse.nprobe / max(share, 0.1)))
        params = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        _, rows = coarse.search(vectors, k * _OVERSAMPLING, params=params)
        return [self._scored(vector, found[found != _GONE], k) for vector, found in zip(vectors, rows, strict=True)]

    def _scored(self, vector: Vectors, rows: NDArray[np.int64], k: int) -> list[tuple[int, float]]:
        scores = self._base.vectors[rows] @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return _pairs(rows[best], scores[best])

    def _search_tail(self, vectors: Vectors, k: int, allowed: Allowed | None) -> list[list[tuple[int, float]]]:
        if self._tail.ntotal == 0:
            return [[] for _ in vectors]
        selector = None if allowed is None else faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        scores, rows = self._tail.search(vectors, k, params=faiss.SearchParameters(sel=selector))
        return [_pairs(*row) for row in zip(rows, scores, strict=True)]


def _fitted(allowed: Allowed, length: int) -> Allowed:
    if len(allowed) >= length:
        return allowed[:length]
    return np.concatenate([allowed, np.zeros(length - len(allowed), dtype=np.bool_)])


def _pairs(rows: NDArray[np.int64], scores: Vectors) -> list[tuple[int, float]]:
    return [(int(row), float(score)) for row, score in zip(rows, scores, strict=True) if row != _GONE]
