"""The rows behind both indexes: which chunk a row is, and what a filter asks of it, as columns of small numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.indexes.chunk_table import ChunkTable, Facets
from retrieval.types import Allowed, Chunk, Filter

_REMEMBERED = 16  # masks; a byte a row each
_Value = TypeVar("_Value", bound=Hashable)


class Column(Generic[_Value]):
    """Values of all rows, each distinct one stored once: filters test the distinct ones, then look codes up."""

    def __init__(self) -> None:
        self._codes: NDArray[np.int32] = np.empty(1024, dtype=np.int32)
        self._count = 0
        self._numbers: dict[_Value, int] = {}

    def append(self, value: _Value) -> None:
        """Add the next row's value."""
        if self._count == len(self._codes):
            self._codes = np.concatenate([self._codes, np.empty_like(self._codes)])
        self._codes[self._count] = self._numbers.setdefault(value, len(self._numbers))
        self._count += 1

    def equal(self, value: _Value) -> Allowed:
        """Rows whose value is `value`."""
        result: Allowed = self._codes[: self._count] == self._numbers.get(value, -1)
        return result

    def among(self, accepted: Iterable[bool]) -> Allowed:
        """Rows whose distinct value is accepted; `accepted` follows `distinct()`."""
        table = np.fromiter(accepted, dtype=np.bool_, count=len(self._numbers))
        result: Allowed = table[self._codes[: self._count]]
        return result

    def distinct(self) -> list[_Value]:
        """The distinct values."""
        return list(self._numbers)


class Rows:
    """Rows from a generation's table (0 to n - 1), then those added. Not thread-safe: the retriever locks."""

    def __init__(self, table: ChunkTable | None = None) -> None:
        self._table = table
        self._base = 0
        self._added: list[Chunk | None] = []
        self._row_of: dict[str, int] = {}
        self._alive = np.ones(1024, dtype=np.bool_)
        self._tenants: Column[str] = Column()
        self._access: Column[frozenset[str]] = Column()
        self._domains: Column[str] = Column()
        self._languages: Column[str] = Column()
        self._tags: Column[frozenset[str]] = Column()
        self._count = 0
        self._memo: dict[Filter, Allowed] = {}
        for facets in table.facets() if table is not None else ():
            self._append(facets)
        self._base = self._size = self._count

    def __len__(self) -> int:
        """Number of chunks that can be found."""
        return self._size

    @property
    def end(self) -> int:
        """Number the next row gets."""
        return self._count

    def add(self, chunk: Chunk) -> int:
        """Append a chunk and return its row; the caller removes the row an equal id had before."""
        row = self._count
        self._added.append(chunk)
        self._row_of[chunk.id] = row
        self._append(Facets(chunk.id, chunk.tenant, chunk.access, chunk.domain, chunk.language, chunk.tags))
        self._size += 1
        self._memo.clear()
        return row

    def remove(self, chunk_id: str) -> int | None:
        """Take a chunk out; returns the row it had."""
        row = self._row(chunk_id)
        if row is not None:
            self._row_of.pop(chunk_id, None)
            self._alive[row] = False
            self._size -= 1
            self._memo.clear()
            if row >= self._base:
                self._added[row - self._base] = None
        return row

    def read(self, row: int) -> Chunk:
        """Chunk of a row. Raises KeyError."""
        if row < self._base and self._table is not None:
            return self._table.read(row)
        chunk = self._added[row - self._base]
        if chunk is None:
            raise KeyError(row)
        return chunk

    def read_many(self, rows: Iterable[int]) -> list[Chunk]:
        """Chunks of rows, in the order given. Raises KeyError."""
        wanted = list(rows)
        stored = {} if self._table is None else self._table.read_many([row for row in wanted if row < self._base])
        return [stored[row] if row in stored else self.read(row) for row in wanted]

    def find(self, chunk_id: str) -> Chunk | None:
        """Chunk by id."""
        row = self._row(chunk_id)
        return None if row is None else self.read(row)

    def _row(self, chunk_id: str) -> int | None:
        """Row of a chunk that is there. The table knows its own: a dictionary of a million ids takes 200 MB."""
        row = self._row_of.get(chunk_id)
        if row is None and self._table is not None:
            row = self._table.row_of(chunk_id)
        return row if row is not None and self._alive[row] else None

    def allowed(self, within: Filter) -> Allowed:
        """Rows that are there and that `within` admits, shape [end]. The last few are remembered until a change."""
        mask = self._memo.get(within)
        if mask is None:
            mask = self._allowed(within)
            if len(self._memo) >= _REMEMBERED:
                self._memo.pop(next(iter(self._memo)), None)
            self._memo[within] = mask
        return mask

    def _allowed(self, within: Filter) -> Allowed:
        mask = self._alive[: self._count] & self._tenants.equal(within.tenant)
        mask &= self._access.among(not within.groups.isdisjoint(access) for access in self._access.distinct())
        if within.domain is not None:
            mask &= self._domains.equal(within.domain)
        if within.language is not None:
            mask &= self._languages.equal(within.language)
        if within.tags:
            mask &= self._tags.among(within.tags <= tags for tags in self._tags.distinct())
        return mask

    def by_language(self, allowed: Allowed) -> dict[str, Allowed]:
        """Split allowed rows by language; languages without any are left out."""
        masks = {language: allowed & self._languages.equal(language) for language in self._languages.distinct()}
        return {language: mask for language, mask in masks.items() if mask.any()}

    def neighbours(self, chunk: Chunk, reach: int) -> list[Chunk]:
        """Chunks of the same document revision up to `reach` before and after, in order, `chunk` left out."""
        first, last = chunk.ordinal - reach, chunk.ordinal + reach
        base = self._table.rows_of(chunk.tenant, chunk.document, first, last) if self._table is not None else []
        found = [self._table.read(row) for row in base if self._alive[row]] if self._table is not None else []
        found += [
            other
            for other in self._added
            if other is not None
            and (other.tenant, other.document) == (chunk.tenant, chunk.document)
            and first <= other.ordinal <= last
        ]
        same = [other for other in found if other.id != chunk.id and other.revision == chunk.revision]
        return sorted(same, key=lambda other: other.ordinal)

    def _append(self, facets: Facets) -> None:
        if self._count >= len(self._alive):
            self._alive = np.concatenate([self._alive, np.ones_like(self._alive)])
        self._count += 1
        self._tenants.append(facets.tenant)
        self._access.append(facets.access)
        self._domains.append(facets.domain)
        self._languages.append(facets.language)
        self._tags.append(facets.tags)
