"""The base of an index on a Milvus server that several machines ask; what came since stays in each process.

A generation is the same on whichever machine it lies, row by row, so its vectors make one collection, named after the
checksum of its file of vectors. Who opens a generation first fills the collection; the others find it whole.
While the server does not answer, searches go on with FAISS over the local file, which is exact, and slower.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from time import monotonic

import numpy as np

from retrieval.errors import IndexUnavailable
from retrieval.indexes.faiss import FaissIndex
from retrieval.indexes.generation import VECTORS, Generation
from retrieval.indexes.masks import fitted
from retrieval.indexes.milvus import MilvusIndex
from retrieval.types import Allowed, Vectors

_BLOCK = 4_096
_QUIET_S = 30.0  # between two lines in the log about a server that is away, and between two attempts
_log = logging.getLogger(__name__)

Pairs = list[tuple[int, float]]


class MilvusGenerations:
    """Makes the vector index of a generation; `uri` is a server's address or, for milvus-lite, a file's path."""

    def __init__(self, uri: str, token: str = "") -> None:
        self._uri, self._token = uri, token

    def __call__(self, generation: Generation) -> SharedIndex:
        """Open the generation's collection, and fill it where it is not whole. Raises IndexUnavailable."""
        name = collection_of(generation)
        remote = MilvusIndex(generation.manifest.dimension, self._uri, collection=name, token=self._token)
        have = len(remote)
        if have != generation.manifest.count:
            _log.info("index.fill collection=%s have=%d of=%d", name, have, generation.manifest.count)
            vectors = np.asarray(generation.vectors)
            for start in range(0, len(vectors), _BLOCK):
                part = vectors[start : start + _BLOCK]
                remote.add(range(start, start + len(part)), part)
        return SharedIndex(generation, remote)


def collection_of(generation: Generation) -> str:
    """Name of the collection that holds a generation's vectors: equal vectors, equal name."""
    return f"chunks_{generation.manifest.files[VECTORS].sha256[:32]}"


class SharedIndex:
    """A VectorIndex: the rows of a generation by Milvus, later ones by FAISS in this process. Thread-safe.

    Rows are removed here alone: other processes may still be at a change before.
    """

    def __init__(self, generation: Generation, remote: MilvusIndex) -> None:
        self._remote = remote
        # Local and complete: it knows what came and went, and answers while the server is away.
        self._local = FaissIndex(generation.manifest.dimension, generation.vectors, generation.coarse)
        self._later = FaissIndex(generation.manifest.dimension)
        self._alive = np.ones(len(generation.vectors), dtype=np.bool_)
        self._away_until = 0.0
        self._changing = threading.Lock()

    def __len__(self) -> int:
        return len(self._local)

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add rows; an id that exists is replaced. Raises ValueError when shapes do not fit."""
        self._local.add(ids, vectors)
        self._later.add(ids, vectors)
        self._gone(ids)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; unknown ids are ignored."""
        self._local.remove(ids)
        self._later.remove(ids)
        self._gone(ids)

    def search(self, vectors: Vectors, k: int, allowed: Allowed | None = None) -> list[Pairs]:
        """Best k (row, inner product) for each row of `vectors`, best first; only among `allowed` when given."""
        return [self.search_each(vector, k, [allowed])[0] for vector in vectors]

    def search_each(self, vector: Vectors, k: int, masks: Sequence[Allowed | None]) -> list[Pairs]:
        """Best k for one `vector` [dimension] among each mask's rows by themselves, as `search` gives them."""
        if monotonic() < self._away_until:
            return self._local.search_each(vector, k, masks)
        alive = self._alive
        try:
            base = self._remote.search_each(
                vector, k, [alive if mask is None else alive & fitted(mask, len(alive)) for mask in masks]
            )
        except IndexUnavailable as error:
            self._away_until = monotonic() + _QUIET_S
            _log.warning("index.server_away retry_in_s=%d error=%s", _QUIET_S, error)
            return self._local.search_each(vector, k, masks)
        later = self._later.search_each(vector, k, masks)
        return [
            sorted([*ours, *theirs], key=lambda pair: (-pair[1], pair[0]))[:k]
            for ours, theirs in zip(base, later, strict=True)
        ]

    def rows(self, ids: Sequence[int]) -> Vectors:
        """Vectors of rows, [len(ids), dimension], from the local file. Raises KeyError for an unknown row."""
        return self._local.rows(ids)

    def _gone(self, ids: Sequence[int]) -> None:
        numbers = np.asarray(ids, dtype=np.int64)
        with self._changing:
            alive = self._alive.copy()
            alive[numbers[(numbers >= 0) & (numbers < len(alive))]] = False
            self._alive = alive
