"""Chunks of a generation in a read-only SQLite file: texts stay on disk, what filters need is read once."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from retrieval.types import Chunk

_SCHEMA = """
CREATE TABLE chunk (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL, revision INTEGER NOT NULL,
    checksum TEXT NOT NULL, tenant TEXT NOT NULL, text TEXT NOT NULL, title TEXT NOT NULL, language TEXT NOT NULL,
    domain TEXT NOT NULL, ordinal INTEGER NOT NULL, headings TEXT NOT NULL, page INTEGER, line INTEGER, url TEXT,
    tags TEXT NOT NULL, access TEXT NOT NULL, last_page INTEGER, last_line INTEGER, valid_from REAL, valid_until REAL
) STRICT;
"""
_INDEX = "CREATE INDEX chunk_order ON chunk (tenant, document, ordinal);"
_COLUMNS = (
    "id, document, revision, checksum, tenant, text, title, language, domain, ordinal, headings, page, line, url, "
    "tags, access, last_page, last_line, valid_from, valid_until"
)
_NAMES = _COLUMNS.split(", ")
_INSERT = f"INSERT INTO chunk (row, {_COLUMNS}) VALUES ({', '.join('?' * (len(_NAMES) + 1))})"  # noqa: S608 - constants only
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Facets:
    """What a filter looks at, of one row."""

    id: str
    tenant: str
    access: frozenset[str]
    domain: str
    language: str
    tags: frozenset[str]
    valid_from: float | None = None
    valid_until: float | None = None

    @classmethod
    def of(cls, chunk: Chunk) -> Facets:
        """Those of a chunk."""
        return cls(
            chunk.id, chunk.tenant, chunk.access, chunk.domain, chunk.language, chunk.tags, chunk.valid_from,
            chunk.valid_until,
        )  # fmt: skip


class ChunkTableWriter:
    """Appends chunks, rows numbered from 0. Use as a context manager. Raises sqlite3.Error, also for an id twice."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self._connection.execute("BEGIN")
        self._waiting: list[tuple[object, ...]] = []
        self.count = 0

    def append(self, chunk: Chunk) -> None:
        """Add one chunk."""
        self._waiting.append((self.count, *_to_row(chunk)))
        self.count += 1
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._connection.executemany(_INSERT, self._waiting)
        self._waiting.clear()

    def __enter__(self) -> ChunkTableWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
                self._connection.execute(_INDEX)
                self._connection.execute("COMMIT")
        finally:
            self._connection.close()


class ChunkTable:
    """Reads such a file, also one of format 1, which lacks the last columns: they read as None. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises sqlite3.DatabaseError when it is none."""
        address = f"file:{quote(str(path))}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        there = {name for _, name, *_ in self._connection.execute("PRAGMA table_info(chunk)")}
        self._columns = ", ".join(name if name in there else f"NULL AS {name}" for name in _NAMES)
        self._facets = ", ".join(
            name if name in there else f"NULL AS {name}"
            for name in ("id", "tenant", "access", "domain", "language", "tags", "valid_from", "valid_until")
        )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __len__(self) -> int:
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM chunk").fetchone()[0])

    def read(self, row: int) -> Chunk:
        """Read one row. Raises KeyError."""
        with self._lock:
            sql = f"SELECT {self._columns} FROM chunk WHERE row = ?"  # noqa: S608 - constants only
            found = self._connection.execute(sql, (row,)).fetchone()
        if found is None:
            raise KeyError(row)
        return _from_row(found)

    def read_many(self, rows: Sequence[int]) -> dict[int, Chunk]:
        """Read rows at once, by row; those that are not there are left out."""
        if not rows:
            return {}
        marks = ", ".join("?" * len(rows))
        sql = f"SELECT row, {self._columns} FROM chunk WHERE row IN ({marks})"  # noqa: S608 - constants and marks only
        with self._lock:
            found = self._connection.execute(sql, list(rows)).fetchall()
        return {row: _from_row(values) for row, *values in found}

    def row_of(self, chunk_id: str) -> int | None:
        """Row of a chunk id."""
        with self._lock:
            found = self._connection.execute("SELECT row FROM chunk WHERE id = ?", (chunk_id,)).fetchone()
        return None if found is None else int(found[0])

    def rows_of(self, tenant: str, document: str, first: int, last: int) -> list[int]:
        """Rows of a document's chunks with ordinals from `first` to `last`, in order."""
        sql = "SELECT row FROM chunk WHERE tenant = ? AND document = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal"
        with self._lock:
            return [row for (row,) in self._connection.execute(sql, (tenant, document, first, last))]

    def facets(self) -> Iterator[Facets]:
        """What filters look at, row by row."""
        sets: dict[str, frozenset[str]] = {}
        with self._lock:
            cursor = self._connection.execute(f"SELECT {self._facets} FROM chunk ORDER BY row")  # noqa: S608 - constants
        for chunk_id, tenant, access, domain, language, tags, valid_from, valid_until in cursor:
            for text in (access, tags):
                if text not in sets:
                    sets[text] = frozenset(json.loads(text))
            yield Facets(chunk_id, tenant, sets[access], domain, language, sets[tags], valid_from, valid_until)


def _to_row(chunk: Chunk) -> tuple[object, ...]:
    return (
        chunk.id, chunk.document, chunk.revision, chunk.checksum, chunk.tenant, chunk.text, chunk.title,
        chunk.language, chunk.domain, chunk.ordinal, json.dumps(chunk.headings, ensure_ascii=False), chunk.page,
        chunk.line, chunk.url, json.dumps(sorted(chunk.tags), ensure_ascii=False),
        json.dumps(sorted(chunk.access), ensure_ascii=False), chunk.last_page, chunk.last_line, chunk.valid_from,
        chunk.valid_until,
    )  # fmt: skip


def _from_row(row: Sequence[object]) -> Chunk:
    values = dict(zip(_NAMES, row, strict=True))
    values["headings"] = _words(str(values["headings"]))
    for name in ("tags", "access"):
        values[name] = frozenset(_words(str(values[name])))
    return Chunk(**values)  # type: ignore[arg-type]


@lru_cache(maxsize=4096)  # the chunks of a document have the same ones
def _words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
