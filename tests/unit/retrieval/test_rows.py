from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.indexes.chunk_table import ChunkTable, ChunkTableWriter
from retrieval.rows import Column, Rows
from retrieval.types import Chunk, Filter
from tests.unit.retrieval.conftest import MakeChunk

CHUNKS = st.lists(
    st.builds(
        lambda tenant, access, domain, language, tags: (tenant, frozenset(access), domain, language, frozenset(tags)),
        st.sampled_from(["acme", "other"]),
        st.sets(st.sampled_from(["public", "staff", "legal"]), min_size=1),
        st.sampled_from(["general", "finance"]),
        st.sampled_from(["zh", "en"]),
        st.sets(st.sampled_from(["a", "b"])),
    ),
    max_size=20,
)
FILTERS = st.builds(
    Filter,
    tenant=st.sampled_from(["acme", "other", "nobody"]),
    groups=st.frozensets(st.sampled_from(["public", "staff", "legal"])),
    domain=st.one_of(st.none(), st.sampled_from(["general", "finance", "medical"])),
    language=st.one_of(st.none(), st.sampled_from(["zh", "en"])),
    tags=st.frozensets(st.sampled_from(["a", "b"])),
)


def table_of(path: Path, chunks: list[Chunk]) -> ChunkTable:
    with ChunkTableWriter(path) as writer:
        for chunk in chunks:
            writer.append(chunk)
    return ChunkTable(path)


@settings(deadline=None)
@given(CHUNKS, FILTERS, st.data())
def test_the_mask_says_what_the_filter_says_of_each_chunk(
    make_chunk: MakeChunk, values: list[tuple[object, ...]], within: Filter, data: st.DataObject
) -> None:
    names = ("tenant", "access", "domain", "language", "tags")
    chunks = [
        make_chunk(str(number), id=str(number), **dict(zip(names, value, strict=True)))
        for number, value in enumerate(values)
    ]
    rows = Rows()
    for chunk in chunks:
        rows.add(chunk)
    gone = data.draw(st.sets(st.sampled_from([chunk.id for chunk in chunks]))) if chunks else set()
    for chunk_id in gone:
        rows.remove(chunk_id)
    expected = [within.admits(chunk) and chunk.id not in gone for chunk in chunks]
    assert rows.allowed(within).tolist() == expected
    assert len(rows) == len(chunks) - len(gone)


def test_rows_of_a_table_and_rows_added_are_one(tmp_path: Path, make_chunk: MakeChunk) -> None:
    rows = Rows(table_of(tmp_path / "c.sqlite", [make_chunk("a", id="a"), make_chunk("b", id="b", tenant="other")]))
    assert rows.add(make_chunk("c", id="c")) == 2
    assert (rows.end, len(rows)) == (3, 3)
    assert [rows.read(row).text for row in range(3)] == ["a", "b", "c"]
    assert rows.allowed(Filter("acme")).tolist() == [True, False, True]
    found = rows.find("c")
    assert found is not None
    assert found.text == "c"


def test_a_removed_chunk_is_gone_wherever_it_was(tmp_path: Path, make_chunk: MakeChunk) -> None:
    rows = Rows(table_of(tmp_path / "c.sqlite", [make_chunk("a", id="a"), make_chunk("b", id="b")]))
    rows.add(make_chunk("c", id="c"))
    assert [rows.remove(name) for name in ("a", "c", "nope")] == [0, 2, None]
    assert rows.allowed(Filter("acme")).tolist() == [False, True, False]
    assert rows.find("a") is None
    with pytest.raises(KeyError):
        rows.read(2)


def test_more_rows_than_the_first_block_holds(make_chunk: MakeChunk) -> None:
    rows = Rows()
    for number in range(2600):
        rows.add(make_chunk(str(number), id=str(number), tenant="acme" if number % 2 else "other"))
    assert int(rows.allowed(Filter("acme")).sum()) == 1300
    assert len(rows.allowed(Filter("acme"))) == 2600


def test_allowed_rows_are_split_by_language(make_chunk: MakeChunk) -> None:
    rows = Rows()
    for number, language in enumerate(["zh", "en", "zh", "en"]):
        rows.add(make_chunk(str(number), id=str(number), language=language))
    rows.remove("3")
    masks = rows.admitted(Filter("acme")).languages
    assert {name: mask.tolist() for name, mask in masks.items()} == {
        "zh": [True, False, True, False],
        "en": [False, True, False, False],
    }
    assert set(rows.admitted(Filter("acme", language="zh")).languages) == {"zh"}
    assert rows.admitted(Filter("nobody")).languages == {}
    assert rows.languages([2, 1]) == ["zh", "en"]


def test_what_a_reader_may_find_is_worked_out_once_until_something_changes(make_chunk: MakeChunk) -> None:
    rows = Rows()
    rows.add(make_chunk("a", id="a"))
    first = rows.admitted(Filter("acme"))
    assert rows.admitted(Filter("acme")) is first
    with pytest.raises(ValueError, match="read-only"):
        first.mask[0] = False
    rows.add(make_chunk("b", id="b"))
    assert rows.admitted(Filter("acme")).mask.tolist() == [True, True]


def test_as_many_readers_as_there_are_each_get_their_own(make_chunk: MakeChunk) -> None:
    rows = Rows()
    for number in range(200):
        rows.add(make_chunk(str(number), id=str(number), access=frozenset({f"group{number}"})))
    for number in (*range(200), *range(200)):
        mask = rows.allowed(Filter("acme", frozenset({f"group{number}"})))
        assert np.flatnonzero(mask).tolist() == [number]


@pytest.mark.parametrize("stored", [True, False], ids=["in the table", "added"])
def test_a_chunk_may_be_found_from_its_first_moment_on_and_before_its_last(
    tmp_path: Path, make_chunk: MakeChunk, stored: bool
) -> None:
    chunks = [
        make_chunk("a", id="always"),
        make_chunk("b", id="from ten", valid_from=10.0),
        make_chunk("c", id="to twenty", valid_until=20.0),
        make_chunk("d", id="between", valid_from=10.0, valid_until=20.0),
    ]
    rows = Rows(table_of(tmp_path / "c.sqlite", chunks)) if stored else Rows()
    for chunk in [] if stored else chunks:
        rows.add(chunk)

    def seen(moment: float) -> list[str]:
        return [chunk.id for chunk, may in zip(chunks, rows.allowed(Filter("acme", at=moment)), strict=True) if may]

    assert seen(9.9) == ["always", "to twenty"]
    assert seen(10.0) == ["always", "from ten", "to twenty", "between"]
    assert seen(20.0) == ["always", "from ten"]
    assert [chunk.id for chunk in chunks if Filter("acme", at=15.0).admits(chunk)] == seen(15.0)


def test_what_was_remembered_ends_with_the_validity_of_a_chunk(
    make_chunk: MakeChunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Rows()
    rows.add(make_chunk("a", id="a", valid_from=100.0, valid_until=200.0))
    for moment, may in ((99.0, False), (100.0, True), (199.0, True), (200.0, False), (150.0, True)):
        monkeypatch.setattr("retrieval.rows.time.time", lambda now=moment: now)
        assert rows.allowed(Filter("acme")).tolist() == [may]


def test_a_section_is_what_stands_under_the_same_headings_without_a_gap(make_chunk: MakeChunk) -> None:
    rows = Rows()
    paths = [("A",), ("A", "x"), ("A", "x"), ("A", "y"), ("B",), ("A", "x")]
    chunks = [make_chunk(str(n), id=str(n), ordinal=n, headings=path) for n, path in enumerate(paths)]
    for chunk in chunks:
        rows.add(chunk)
    rows.add(make_chunk("old", id="old", ordinal=1, headings=("A", "x"), revision=7))
    names = [[chunk.id for chunk in rows.section(chunks[2], above)] for above in (0, 1, 2)]
    assert names == [["1", "2"], ["0", "1", "2", "3"], ["0", "1", "2", "3", "4", "5"]]
    assert [chunk.id for chunk in rows.section(chunks[5])] == ["5"]
    rows.remove("1")
    assert [chunk.id for chunk in rows.section(chunks[2], 1)] == ["2", "3"]


def test_neighbours_are_those_of_the_same_revision_in_order(tmp_path: Path, make_chunk: MakeChunk) -> None:
    stored = [make_chunk(f"s{number}", id=f"s{number}", ordinal=number) for number in (0, 1, 2)]
    rows = Rows(table_of(tmp_path / "c.sqlite", stored))
    rows.add(make_chunk("s3", id="s3", ordinal=3))
    rows.add(make_chunk("new revision", id="x", ordinal=1, revision=2))
    rows.add(make_chunk("another document", id="y", ordinal=1, document="other"))
    assert [chunk.id for chunk in rows.neighbours(stored[2], 1)] == ["s1", "s3"]
    assert [chunk.id for chunk in rows.neighbours(stored[0], 5)] == ["s1", "s2", "s3"]
    rows.remove("s1")
    assert [chunk.id for chunk in rows.neighbours(stored[0], 2)] == ["s2"]


def test_a_column_stores_each_value_once() -> None:
    column: Column[str] = Column()
    for number in range(3000):
        column.append("ab"[number % 2])
    assert column.distinct() == ["a", "b"]
    assert int(column.equal("b").sum()) == 1500
    assert not column.equal("c").any()
    np.testing.assert_array_equal(column.among([True, False]), column.equal("a"))
