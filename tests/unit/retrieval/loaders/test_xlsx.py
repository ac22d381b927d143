from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from retrieval.errors import UnreadableDocument
from retrieval.loaders import xlsx
from tests.unit.retrieval.loaders.conftest import Load


def workbook() -> bytes:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "Fees"
    for row in (["city", "fee", "since"], ["Bonn", 5.5, dt.date(2026, 1, 2)], [None, None, None], ["北京", 6]):
        first.append(row)
    second = book.create_sheet("备注")
    second.append(["说明"])
    second.append(["五个工作日"])
    book.create_sheet("Empty")
    book.properties.title = "Price list"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_each_sheet_is_a_table_under_its_name(load: Load) -> None:
    document = load("a.xlsx", workbook())
    assert document.title == "Price list"
    assert [section.headings for section in document.sections][:2] == [("Fees",), ("备注",)]
    assert all(section.table for section in document.sections)


def test_cells_are_read_as_text_and_empty_rows_left_out(load: Load) -> None:
    rows = load("a.xlsx", workbook()).sections[0].text.split("\n")
    assert rows[0] == "city | fee | since"
    assert rows[1].startswith("Bonn | 5.5 | 2026-01-02")
    assert rows[2].startswith("北京 | 6")


def test_a_book_cut_short_is_damaged(load: Load) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.xlsx", workbook()[:-400])
    assert caught.value.code == "damaged"


def test_a_zip_that_is_no_book_is_damaged(load: Load, zip_bomb: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.xlsx", zip_bomb, unpacked_bytes=2**40, ratio=10**6)
    assert caught.value.code == "damaged"


def test_a_zip_bomb_is_refused_unopened(load: Load, zip_bomb: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.xlsx", zip_bomb)
    assert caught.value.code == "too_large"


def merged(*ranges: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows = (["region", "city", "fee"], ["North", "Oslo", 1], [None, "Bergen", 2], [None] * 3, [None, "Rome", 3])
    for row in rows:
        sheet.append(row)
    for area in ranges:
        sheet.merge_cells(area)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_cell_merged_over_rows_stands_in_each_of_them(load: Load) -> None:
    rows = load("a.xlsx", merged("A2:A5")).sections[0].text.split("\n")
    assert rows == ["region | city | fee", "North | Oslo | 1", "North | Bergen | 2", "North | Rome | 3"]


def test_a_merge_ends_where_it_ends_and_one_across_columns_is_not_repeated(load: Load) -> None:
    rows = load("a.xlsx", merged("A2:A3", "B5:C5")).sections[0].text.split("\n")
    assert rows[2:] == ["North | Bergen | 2", " | Rome | "]


def test_a_merge_to_the_end_of_the_sheet_makes_no_rows_of_its_own() -> None:
    rows = [("North", 1), (None, 2), (None, None)]
    assert list(xlsx.repeated(rows, {0: {0: 1_048_575, 5: 9}})) == [("North", 1), ("North", 2), (None, None)]


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_merged_cell_is_found_wherever_the_pieces_that_are_read_end(
    monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    xml = b"<sheetData/>" + b" " * cut + b'<x:mergeCells count="1"><x:mergeCell ref="B2:C4"/></x:mergeCells>'
    monkeypatch.setattr(xlsx, "_PIECE", 37)
    assert xlsx.merged_downwards(io.BytesIO(xml)) == {1: {1: 3}}
