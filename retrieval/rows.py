"""The rows behind both indexes: which chunk a row is, and what a filter asks of it, as columns of small numbers."""

from __future__ import annotations

import math
import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.indexes.chunk_table import ChunkTable, Facets
from retrieval.types import Allowed, Chunk, Filter

_REMEMBERED = 64  # readers: tenant, groups and what they narrow it by
_REMEMBERED_BYTES = 64 * 1024 * 1024
_REACH = 64  # chunks to either side: a section is context, not the document
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

    def of(self, rows: Sequence[int]) -> list[_Value]:
        """Values of rows."""
        names = self.distinct()
        return [names[code] for code in self._codes[np.asarray(rows, dtype=np.int64)]]

    def distinct(self) -> list[_Value]:
        """The distinct values."""
        return list(self._numbers)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Rows that a filter admits: all of them, and those of each language, as masks of shape [end] that never change.

    They hold from one moment on and before another (seconds since 1970): then the validity of a chunk begins or ends.
    """

    mask: Allowed
    languages: dict[str, Allowed]
    since: float
    before: float


class Rows:
    """Rows from a generation's table (0 to n - 1), then those added. Not thread-safe: the retriever locks.

    What a search calls (`admitted`, `read_many`, `section`, ...) may run side by side.
    """

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
        self._limits: dict[int, tuple[float, float]] = {}
        self._memo: dict[Filter, Admitted] = {}
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
        self._append(Facets.of(chunk))
        self._size += 1
        self._memo.clear()
        return row

    def remove(self, chunk_id: str) -> int | None:
        """Take a chunk out; returns the row it had."""
        row = self._row(chunk_id)
        if row is not None:
            self._row_of.pop(chunk_id, None)
            self._alive[row] = False
            self._limits.pop(row, None)
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

    def languages(self, rows: Sequence[int]) -> list[str]:
        """Language of each row, without reading its chunk."""
        return self._languages.of(rows)

    def allowed(self, within: Filter) -> Allowed:
        """Rows that are there and that `within` admits, shape [end]."""
        return self.admitted(within).mask

    def admitted(self, within: Filter) -> Admitted:
        """Rows that are there and that `within` admits; the last readers' are remembered until a change."""
        now = time.time() if within.at is None else within.at
        found = self._memo.get(within)
        if found is None or not found.since <= now < found.before:
            found = self._admitted(within, now)
            most = max(4, min(_REMEMBERED, _REMEMBERED_BYTES // max(1, 3 * self._count)))
            while len(self._memo) >= most:
                self._memo.pop(next(iter(list(self._memo)), within), None)
            self._memo[within] = found
        return found

    def _admitted(self, within: Filter, now: float) -> Admitted:
        mask = self._alive[: self._count] & self._tenants.equal(within.tenant)
        mask &= self._access.among(not within.groups.isdisjoint(access) for access in self._access.distinct())
        if within.domain is not None:
            mask &= self._domains.equal(within.domain)
        if within.language is not None:
            mask &= self._languages.equal(within.language)
        if within.tags:
            mask &= self._tags.among(within.tags <= tags for tags in self._tags.distinct())
        for row, (begin, end) in self._limits.items():
            mask[row] &= begin <= now < end
        moments = [moment for limits in self._limits.values() for moment in limits]
        masks = {language: mask & self._languages.equal(language) for language in self._languages.distinct()}
        for each in (mask, *masks.values()):
            each.flags.writeable = False
        return Admitted(
            mask,
            {language: own for language, own in masks.items() if own.any()},
            max((moment for moment in moments if moment <= now), default=-math.inf),
            min((moment for moment in moments if moment > now), default=math.inf),
        )

    def section(self, chunk: Chunk, above: int = 0) -> list[Chunk]:
        """Chunks under the same headings as `chunk`, without the innermost `above` of them, in order, itself included.

        Of the same document revision, and without a gap: what stands under an equal heading elsewhere is not of it.
        """
        path = chunk.headings[: max(0, len(chunk.headings) - above)]
        under = {
            other.ordinal: other for other in (*self._document(chunk), chunk) if other.headings[: len(path)] == path
        }
        first = last = chunk.ordinal
        while first - 1 in under:
            first -= 1
        while last + 1 in under:
            last += 1
        return [under[ordinal] for ordinal in range(first, last + 1)]

    def _document(self, chunk: Chunk) -> list[Chunk]:
        """Chunks of the revision that `chunk` is of, as far as a section is followed, `chunk` left out, in order."""
        return self.neighbours(chunk, _REACH)

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
        if facets.valid_from is not None or facets.valid_until is not None:
            begin = -math.inf if facets.valid_from is None else facets.valid_from
            self._limits[self._count] = (begin, math.inf if facets.valid_until is None else facets.valid_until)
        self._count += 1
        self._tenants.append(facets.tenant)
        self._access.append(facets.access)
        self._domains.append(facets.domain)
        self._languages.append(facets.language)
        self._tags.append(facets.tags)
