"""Nearest neighbours by Milvus, a server or its embedded form; the only module that imports its client.

The same promises as `FaissIndex`, held by one suite of tests. A mask of allowed rows is no expression that Milvus
takes at any size, hence three ways: few rows are named; else more neighbours are asked for than needed, and those not
allowed left out; where that leaves too few, the allowed rows' vectors are fetched and compared one by one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Allowed, Vectors

_NAMED = 4_096  # rows in one expression
_MOST = 16_384  # neighbours that Milvus gives at once
_OVERFETCH = 4
_BATCH = 1_000
_ROW, _VECTOR = "row", "vector"

Pairs = list[tuple[int, float]]


class MilvusIndex:
    """A VectorIndex in a collection of its own; `uri` is a server's address or, for milvus-lite, a file's path.

    Thread-safe. Raises ModuleNotFoundError without the extra `milvus`, and pymilvus's MilvusException when the
    server does not answer.
    """

    def __init__(self, dimension: int, uri: str, *, collection: str = "chunks", token: str = "") -> None:
        from pymilvus import DataType, MilvusClient

        self._dimension = dimension
        self._collection = collection
        self._client: Any = MilvusClient(uri, token=token)
        self._writing = threading.Lock()
        if self._client.has_collection(collection):
            return
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(_ROW, DataType.INT64, is_primary=True)
        schema.add_field(_VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
        index = self._client.prepare_index_params()
        index.add_index(_VECTOR, index_type="AUTOINDEX", metric_type="IP")
        self._client.create_collection(collection, schema=schema, index_params=index, consistency_level="Strong")

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def __len__(self) -> int:
        found = self._client.query(self._collection, filter=f"{_ROW} >= 0", output_fields=["count(*)"])
        return int(found[0]["count(*)"])

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add rows; an id that exists is replaced. Raises ValueError when shapes do not fit."""
        if vectors.shape != (len(ids), self._dimension):
            raise ValueError(f"expected vectors of shape {(len(ids), self._dimension)}, got {vectors.shape}")
        rows = [{_ROW: int(row), _VECTOR: vector.tolist()} for row, vector in zip(ids, vectors, strict=True)]
        with self._writing:
            for at in range(0, len(rows), _BATCH):
                self._client.upsert(self._collection, rows[at : at + _BATCH])

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; unknown ids are ignored."""
        with self._writing:
            for at in range(0, len(ids), _BATCH):
                self._client.delete(self._collection, ids=[int(row) for row in ids[at : at + _BATCH]])

    def search(self, vectors: Vectors, k: int, allowed: Allowed | None = None) -> list[Pairs]:
        """Best k (row, inner product) for each row of `vectors`, best first; only among `allowed` when given."""
        if allowed is not None and not allowed.any():
            return [[] for _ in vectors]
        return [self._one(vector, k, allowed) for vector in vectors]

    def search_each(self, vector: Vectors, k: int, masks: Sequence[Allowed | None]) -> list[Pairs]:
        """Best k for one `vector` [dimension] among each mask's rows by themselves, as `search` gives them."""
        return [self.search(vector[np.newaxis], k, mask)[0] for mask in masks]

    def rows(self, ids: Sequence[int]) -> Vectors:
        """Vectors of rows, [len(ids), dimension]. Raises KeyError for an unknown row."""
        stored = dict(self._stored(np.asarray(ids, dtype=np.int64)))
        rows: Vectors = np.empty((len(ids), self._dimension), dtype=np.float32)
        for place, row in enumerate(ids):
            rows[place] = stored[int(row)]
        return rows

    def _one(self, vector: Vectors, k: int, allowed: Allowed | None) -> Pairs:
        if allowed is None:
            return self._nearest(vector, k)
        rows = np.flatnonzero(allowed)
        if len(rows) <= _NAMED:
            return self._nearest(vector, k, f"{_ROW} in {rows.tolist()}")
        wanted = min(_MOST, int(_OVERFETCH * k * len(allowed) / len(rows)))
        near = self._nearest(vector, wanted)
        found = [(row, score) for row, score in near if row < len(allowed) and allowed[row]]
        if len(found) >= k or len(near) < wanted:
            return found[:k]
        return self._compared(vector, rows, k)

    def _nearest(self, vector: Vectors, k: int, expression: str = "") -> Pairs:
        if k <= 0:
            return []
        found = self._client.search(
            self._collection, [vector.tolist()], anns_field=_VECTOR, limit=k, filter=expression, output_fields=[_ROW]
        )[0]
        return _in_order([(int(hit[_ROW]), float(hit["distance"])) for hit in found], k)

    def _compared(self, vector: Vectors, rows: NDArray[np.int64], k: int) -> Pairs:
        return _in_order([(row, float(stored @ vector)) for row, stored in self._stored(rows)], k)

    def _stored(self, rows: NDArray[np.int64]) -> Iterator[tuple[int, Vectors]]:
        for at in range(0, len(rows), _BATCH):
            for row in self._client.get(self._collection, ids=rows[at : at + _BATCH].tolist()):
                yield int(row[_ROW]), np.asarray(row[_VECTOR], dtype=np.float32)


def _in_order(pairs: Pairs, k: int) -> Pairs:
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]
