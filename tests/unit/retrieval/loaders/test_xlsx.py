from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from retrieval.errors import UnreadableDocument
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
