from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from retrieval.indexes.chunk_table import ChunkTable, ChunkTableWriter
from retrieval.types import Chunk
from tests.unit.retrieval.conftest import MakeChunk


@pytest.fixture
def rich(make_chunk: MakeChunk) -> Chunk:
    return make_chunk(
        "退款需要五天。\nQuotes ' and \" and NUL-free.",
        headings=("政策", "退款"),
        page=3,
        line=17,
        url="https://example.com/a?b=c",
        tags=frozenset({"新", "b"}),
        access=frozenset({"staff", "legal"}),
        ordinal=4,
        domain="finance",
    )


def write(path: Path, chunks: list[Chunk]) -> ChunkTable:
    with ChunkTableWriter(path) as table:
        for chunk in chunks:
            table.append(chunk)
    return ChunkTable(path)


def test_a_chunk_comes_back_with_every_field(tmp_path: Path, rich: Chunk) -> None:
    table = write(tmp_path / "c.sqlite", [rich])
    assert table.read(0) == rich


def test_empty_fields_come_back_empty(tmp_path: Path, make_chunk: MakeChunk) -> None:
    plain = make_chunk("x")
    again = write(tmp_path / "c.sqlite", [plain]).read(0)
    assert (again.page, again.line, again.url, again.headings, again.tags) == (None, None, None, (), frozenset())


def test_rows_are_numbered_from_zero_in_order(tmp_path: Path, make_chunk: MakeChunk) -> None:
    chunks = [make_chunk(f"text {number}") for number in range(2500)]
    table = write(tmp_path / "c.sqlite", chunks)
    assert len(table) == 2500
    assert [table.read(row) for row in (0, 999, 1000, 2499)] == [chunks[row] for row in (0, 999, 1000, 2499)]
    assert [facets.id for facets in table.facets()] == [chunk.id for chunk in chunks]


def test_ids_lead_to_rows(tmp_path: Path, make_chunk: MakeChunk) -> None:
    table = write(tmp_path / "c.sqlite", [make_chunk("a", id="one"), make_chunk("b", id="two")])
    assert table.row_of("two") == 1
    assert table.row_of("three") is None


def test_an_unknown_row_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write(tmp_path / "c.sqlite", []).read(0)


def test_an_id_twice_is_refused(tmp_path: Path, make_chunk: MakeChunk) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        write(tmp_path / "c.sqlite", [make_chunk("a", id="same"), make_chunk("b", id="same")])


def test_facets_are_what_filters_look_at(tmp_path: Path, rich: Chunk) -> None:
    (facets,) = write(tmp_path / "c.sqlite", [rich]).facets()
    assert (facets.tenant, facets.domain, facets.language) == (rich.tenant, rich.domain, rich.language)
    assert (facets.access, facets.tags) == (rich.access, rich.tags)


def test_neighbours_are_found_by_document_and_order(tmp_path: Path, make_chunk: MakeChunk) -> None:
    chunks = [
        make_chunk(f"{tenant} {number}", id=f"{tenant}{number}", tenant=tenant, ordinal=number)
        for tenant in ("acme", "other")
        for number in (3, 1, 2)
    ]
    table = write(tmp_path / "c.sqlite", chunks)
    rows = table.rows_of("acme", "handbook", 1, 2)
    assert [table.read(row).id for row in rows] == ["acme1", "acme2"]


def test_the_file_is_read_only(tmp_path: Path, rich: Chunk) -> None:
    table = write(tmp_path / "c.sqlite", [rich])
    with pytest.raises(sqlite3.OperationalError):
        table._connection.execute("DELETE FROM chunk")


def test_something_else_than_a_table_is_a_database_error(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        len(ChunkTable(path))


def test_many_threads_read_one_table(tmp_path: Path, make_chunk: MakeChunk) -> None:
    table = write(tmp_path / "c.sqlite", [make_chunk(f"text {number}") for number in range(200)])
    wrong: list[int] = []

    def read() -> None:
        wrong.extend(row for row in range(200) if table.read(row).text != f"text {row}")

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []


def test_a_folder_with_odd_characters_can_be_opened(tmp_path: Path, rich: Chunk) -> None:
    folder = tmp_path / "索引 100% #1?"
    folder.mkdir()
    assert write(folder / "c.sqlite", [rich]).read(0) == rich
