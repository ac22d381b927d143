from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document

from retrieval.errors import UnreadableDocument
from tests.unit.retrieval.loaders.conftest import Load


def as_bytes(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def handbook() -> bytes:
    document = Document()
    document.core_properties.title = "Handbook"
    document.add_heading("Refunds", level=1)
    document.add_paragraph("All of it comes back.")
    document.add_heading("时间", level=2)
    document.add_paragraph("五个工作日。")
    document.add_paragraph("first", style="List Bullet")
    document.add_paragraph("second", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (["City", "Fee"], ["Bonn", "5"]), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("After the table.")
    document.add_heading("Shipping", level=1)
    document.add_paragraph("Free.")
    return as_bytes(document)


def test_sections_follow_the_headings_in_reading_order(load: Load, handbook: bytes) -> None:
    document = load("a.docx", handbook)
    assert document.title == "Handbook"
    assert [(section.headings, section.text) for section in document.sections] == [
        (("Refunds",), "All of it comes back."),
        (("Refunds", "时间"), "五个工作日。\n\n- first\n\n- second"),
        (("Refunds", "时间"), "City | Fee\nBonn | 5"),
        (("Refunds", "时间"), "After the table."),
        (("Shipping",), "Free."),
    ]


def test_only_tables_are_tables(load: Load, handbook: bytes) -> None:
    assert [section.table for section in load("a.docx", handbook).sections] == [False, False, True, False, False]


def test_merged_cells_are_read_once_and_columns_stay_in_place(load: Load) -> None:
    document = Document()
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).text = "end"
    for number, cell in enumerate(table.rows[1].cells):
        cell.text = str(number)
    assert load("a.docx", as_bytes(document)).sections[0].text == "wide |  | end\n0 | 1 | 2"


def test_a_title_in_the_text_serves_where_the_file_names_none(load: Load) -> None:
    document = Document()
    document.core_properties.title = ""
    document.add_heading("The  big\ttitle", level=0)
    document.add_paragraph("Text.")
    assert load("a.docx", as_bytes(document)).title == "The big title"


def test_a_document_without_text_says_so(load: Load) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.docx", as_bytes(Document()))
    assert caught.value.code == "no_text"


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_a_file_cut_short_is_damaged(load: Load, handbook: bytes, keep: float) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.docx", handbook[: int(len(handbook) * keep)])
    assert caught.value.code == "damaged"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"just text", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "encrypted"),
        (b"PK\x05\x06" + b"\x00" * 18, "damaged"),
    ],
)
def test_what_is_no_document_says_what_it_is(load: Load, data: bytes, code: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.docx", data)
    assert caught.value.code == code


def test_a_zip_bomb_is_refused_unopened(load: Load, zip_bomb: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.docx", zip_bomb)
    assert caught.value.code == "too_large"
    assert "400 MiB unpacked" in str(caught.value)


def test_a_zip_of_very_many_parts_is_refused(load: Load, handbook: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.docx", handbook, members=3)
    assert caught.value.code == "too_large"
