"""Nearest neighbours by FAISS; the only module that imports it.

A big, immutable base (from a generation) and a small exact tail for what came since are searched together. Up to 50,000
rows the base is compared in full, straight from its memory-mapped file. Above, 8-bit codes in the lists of an inverted
file, memory-mapped too, find candidates, which are scored again with the full vectors; of a filter's rows always the
same share is looked at, because the lists are chosen by how many of *its* rows they hold. Few rows allowed: their
vectors are compared one by one, so that a narrow filter never loses a hit. With a GPU and its build of FAISS, a base
of that size is compared in full there.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, cast

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.indexes.masks import Masks, Prepared
from retrieval.locks import ReadWriteLock
from retrieval.types import Allowed, Vectors

faiss: Any = _faiss  # its stubs describe the C++ signatures, not those its Python layer puts over them

Coarse = _faiss.Index
"""A trained inverted file, opaque outside of this module."""
Pairs = list[tuple[int, float]]
Place = Literal["exact", "lists", "gpu"]

EXACT_BELOW = 50_000
_EXACT_ALLOWED = 2_000  # gathering more rows than this takes longer than reading their codes
_TRAIN_ROWS_A_LIST = 40
_BLOCK = 65_536
_LISTS_LOOKED_AT = 60  # times 2, as many of the 2 * sqrt(n) lists: see `looked_at`
_FEWEST_LOOKED_AT = 4_000
_OVERSAMPLING = 4
_GPU_MOST = 2_048  # neighbours that FAISS gives at once on a GPU
_GONE = -1
_log = logging.getLogger(__name__)


def place_for(count: int, gpus: int, exact_below: int = EXACT_BELOW) -> Place:
    """Say where a base of `count` rows is searched on a machine with so many GPUs that FAISS can use."""
    if count < exact_below:
        return "exact"
    return "gpu" if gpus else "lists"


def looked_at(count: int) -> float:
    """Share of the allowed rows whose codes are read, of `count` rows in all: about 120 lists, a tenth at least.

    e5 vectors, 100,000 rows, each language by itself: recall@10 0.976 at a tenth, 0.989 at 0.15, 0.995 at 0.2.
    """
    return min(0.25, max(0.1, _LISTS_LOOKED_AT / math.sqrt(max(count, 1))))


def train_base(vectors: Vectors, exact_below: int = EXACT_BELOW) -> Coarse | None:
    """Build an inverted file of 8-bit codes over rows [n, dimension]; None where comparing in full will do."""
    count, dimension = vectors.shape
    if count < exact_below:
        return None
    lists = max(16, int(2 * count**0.5))
    coarse = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    rows = np.random.default_rng(0).permutation(count)[: lists * _TRAIN_ROWS_A_LIST]
    coarse.train(np.ascontiguousarray(vectors[np.sort(rows)]))
    for start in range(0, count, _BLOCK):
        coarse.add(np.ascontiguousarray(vectors[start : start + _BLOCK]))
    trained: Coarse = coarse
    return trained


def save_base(coarse: Coarse, path: Path) -> None:
    """Write an inverted file."""
    faiss.write_index(coarse, str(path))


def load_base(path: Path) -> Coarse:
    """Map what `save_base` wrote into memory. Check its checksum first: FAISS trusts the file.

    FAISS maps inverted lists; codes without lists, as earlier versions wrote them, it reads.
    """
    coarse = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
    if isinstance(coarse, faiss.IndexIVF):
        # Its reading ahead starts 32 threads for each question: twice the time of a search whose pages are there.
        faiss.downcast_InvertedLists(coarse.invlists).prefetch_nthread = 0
    mapped: Coarse = coarse
    return mapped


class FaissIndex:
    """A VectorIndex over `base` [n, dimension] (rows 0 to n - 1) and whatever is added later."""

    def __init__(self, dimension: int, base: Vectors | None = None, coarse: Coarse | None = None) -> None:
        """Take a base; without `coarse` (see `train_base`) it is searched exactly."""
        self._dimension = dimension
        self._tail = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._lock = ReadWriteLock()
        # A plain array over the same map: each access of numpy's own memmap costs microseconds.
        self._base: Vectors = np.asarray(np.empty((0, dimension), dtype=np.float32) if base is None else base)
        self._alive = np.ones(len(self._base), dtype=np.bool_)
        self._coarse = cast(Any, coarse)
        self._gpu: Any = _on_gpu(self._base) if coarse is not None else None
        self._centroids: Vectors | None = None
        lists: NDArray[np.int32] | None = None
        if isinstance(coarse, faiss.IndexIVF):
            self._centroids = self._coarse.quantizer.reconstruct_n(0, self._coarse.nlist)
            lists = _list_of_each_row(self._coarse)
        self._masks = Masks(_EXACT_ALLOWED, lists, 0 if self._centroids is None else len(self._centroids))

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

    def search(self, vectors: Vectors, k: int, allowed: Allowed | None = None) -> list[Pairs]:
        """Best k (row, inner product) for each row of `vectors`, best first; only among `allowed` when given."""
        rows = np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1, self._dimension)
        return [self.search_each(row, k, [allowed])[0] for row in rows]

    def search_each(self, vector: Vectors, k: int, masks: Sequence[Allowed | None]) -> list[Pairs]:
        """Best k for one `vector` [dimension] among each mask's rows by themselves, as `search` gives them."""
        faiss.omp_set_num_threads(1)  # counts for the calling thread; waking others takes longer than one question
        with self._lock.reading():
            prepared = [self._masks.of(mask, self._alive) for mask in masks]
            base = self._search_base(vector, k, prepared)
            found = [[*pairs, *self._search_tail(vector, k, mask)] for pairs, mask in zip(base, prepared, strict=True)]
        return [sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k] for pairs in found]

    def rows(self, ids: Sequence[int]) -> Vectors:
        """Vectors of rows, [len(ids), dimension]. Raises KeyError for an unknown row."""
        numbers = np.asarray(ids, dtype=np.int64)
        rows = np.empty((len(numbers), self._dimension), dtype=np.float32)
        stored = (numbers >= 0) & (numbers < len(self._base))
        with self._lock.reading():
            rows[stored] = self._base[numbers[stored]]
            for place in np.flatnonzero(~stored):
                try:
                    rows[place] = self._tail.reconstruct(int(numbers[place]))
                except RuntimeError as error:
                    raise KeyError(int(numbers[place])) from error
        return rows

    def similarities(self, vector: Vectors, ids: Sequence[int]) -> Vectors:
        """Inner products of `vector` [dimension] with rows; shape [len(ids)]. Raises KeyError for an unknown row."""
        products: Vectors = self.rows(ids) @ vector
        return products

    def _remove(self, numbers: NDArray[np.int64]) -> None:
        self._masks.forget()
        self._alive = self._alive.copy()  # searches that began before keep theirs
        self._alive[numbers[(numbers >= 0) & (numbers < len(self._alive))]] = False
        if self._tail.ntotal:
            self._tail.remove_ids(numbers)

    def _search_base(self, vector: Vectors, k: int, masks: Sequence[Prepared]) -> list[Pairs]:
        if self._gpu is not None:
            return [self._search_gpu(vector, k, mask) for mask in masks]
        if self._coarse is not None:
            return [self._search_coarse(vector, k, mask) for mask in masks]
        wide = [mask for mask in masks if mask.rows is None]
        scores = self._base @ vector if wide else self._base[:0, 0]
        return [
            _best(np.flatnonzero(mask.mask), scores[mask.mask], k)
            if mask.rows is None
            else self._scored(vector, mask.rows, k)
            for mask in masks
        ]

    def _search_coarse(self, vector: Vectors, k: int, mask: Prepared) -> Pairs:
        if mask.rows is not None:
            return self._scored(vector, mask.rows, k)
        selector = None if mask.bits is None else faiss.IDSelectorBitmap(mask.bits)
        if self._centroids is None or mask.in_lists is None:  # codes without lists
            params = faiss.SearchParameters(sel=selector)
            _, found = self._coarse.search(vector[np.newaxis], k * _OVERSAMPLING, params=params)
        else:
            near = self._centroids @ vector
            wanted = max(looked_at(len(mask.mask)) * mask.count, _FEWEST_LOOKED_AT)
            lists = _lists_to_look_at(near, mask.in_lists, wanted)
            found = _scan(self._coarse, vector, k * _OVERSAMPLING, lists, near[lists], selector)
        return self._scored(vector, found[0][found[0] != _GONE], k)

    def _search_gpu(self, vector: Vectors, k: int, mask: Prepared) -> Pairs:
        """Its index takes no filter: more are asked for, and where too few are allowed the processor looks itself."""
        wanted = int(_OVERSAMPLING * k * len(mask.mask) / max(mask.count, 1))
        if mask.rows is None and wanted <= _GPU_MOST:
            _, found = self._gpu.search(np.ascontiguousarray(vector[np.newaxis]), wanted)
            rows = found[0][found[0] != _GONE]
            rows = rows[mask.mask[rows]]
            if len(rows) >= k:
                return self._scored(vector, rows, k)
        return self._search_coarse(vector, k, mask)

    def _scored(self, vector: Vectors, rows: NDArray[np.int64], k: int) -> Pairs:
        return _best(rows, self._base[rows] @ vector, k)

    def _search_tail(self, vector: Vectors, k: int, mask: Prepared) -> Pairs:
        if self._tail.ntotal == 0:
            return []
        selector = None if mask.given is None else faiss.IDSelectorBitmap(mask.bits)
        scores, rows = self._tail.search(vector[np.newaxis], k, params=faiss.SearchParameters(sel=selector))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row != _GONE]


def _on_gpu(vectors: Vectors) -> Any | None:  # noqa: ANN401 - see `faiss` above
    """The rows on the first GPU as float16, to be compared in full; None where that is not to be had, and why."""
    if place_for(len(vectors), faiss.get_num_gpus()) != "gpu":
        return None
    try:
        options = faiss.GpuIndexFlatConfig()
        options.useFloat16 = True
        index = faiss.GpuIndexFlatIP(faiss.StandardGpuResources(), vectors.shape[1], options)
        for start in range(0, len(vectors), _BLOCK):
            index.add(np.ascontiguousarray(vectors[start : start + _BLOCK]))
    except (AttributeError, RuntimeError) as error:  # a build without GPU classes, or no memory left there
        _log.warning("the index stays on the processor, the GPU cannot take it: %s", error)
        return None
    return index


def _list_of_each_row(coarse: Any) -> NDArray[np.int32]:  # noqa: ANN401 - see `faiss` above
    lists = np.zeros(coarse.ntotal, dtype=np.int32)
    for number in range(coarse.nlist):
        size = coarse.invlists.list_size(number)
        if size:
            lists[faiss.rev_swig_ptr(coarse.invlists.get_ids(number), size)] = number
    return lists


def _lists_to_look_at(near: Vectors, in_lists: NDArray[np.int64], rows: float) -> NDArray[np.int64]:
    """The nearest lists that hold `rows` of the allowed rows together; lists that hold none are passed over."""
    order = np.argsort(-near)
    order = order[in_lists[order] > 0]
    held = np.cumsum(in_lists[order])
    return order[: int(np.searchsorted(held, rows)) + 1]


def _scan(
    coarse: Any,  # noqa: ANN401 - see `faiss` above
    vector: Vectors,
    k: int,
    lists: NDArray[np.int64],
    near: Vectors,
    selector: _faiss.IDSelector | None,
) -> NDArray[np.int64]:
    """Rows [1, k] whose codes in these lists are nearest; -1 where there are fewer."""
    question, keys = np.ascontiguousarray(vector, dtype=np.float32), np.ascontiguousarray(lists, dtype=np.int64)
    to_lists = np.ascontiguousarray(near, dtype=np.float32)
    scores, rows = np.empty((1, k), dtype=np.float32), np.empty((1, k), dtype=np.int64)
    pointers = [faiss.swig_ptr(array) for array in (question, keys, to_lists, scores, rows)]
    params = faiss.SearchParametersIVF(sel=selector, nprobe=len(keys))
    places = False  # rows are wanted, not their places in lists
    coarse.search_preassigned_c(1, pointers[0], k, *pointers[1:], places, params)
    return rows


def _best(rows: NDArray[np.int64], scores: Vectors, k: int) -> Pairs:
    """The best k of rows and their scores, best first; ties go to the smaller row."""
    if len(rows) > 4 * k > 0:
        near = np.argpartition(-scores, k - 1)[:k]
        rows, scores = rows[near], scores[near]
    order = np.lexsort((rows, -scores))[:k]
    return [(int(row), float(score)) for row, score in zip(rows[order], scores[order], strict=True)]
