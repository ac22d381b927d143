from __future__ import annotations

import io

import pytest
from pptx import Presentation
from pptx.util import Inches

from retrieval.errors import UnreadableDocument
from tests.unit.retrieval.loaders.conftest import Load


@pytest.fixture(scope="module")
def slides() -> bytes:
    deck = Presentation()
    deck.core_properties.title = "产品发布"
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text_frame.text = "价格"
    first.placeholders[1].text_frame.text = "标准版每月 99 元"
    first.notes_slide.notes_text_frame.text = "折扣只到年底"
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text_frame.text = "Cities"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for row, cells in enumerate((("City", "Fee"), ("Bonn", "5"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    third = deck.slides.add_slide(deck.slide_layouts[6])
    group = third.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "inside a group"
    fourth = deck.slides.add_slide(deck.slide_layouts[5])
    fourth.shapes.title.text_frame.text = "Thank you"
    deck.slides.add_slide(deck.slide_layouts[6])
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def test_a_slide_is_a_page_under_its_title(load: Load, slides: bytes) -> None:
    document = load("a.pptx", slides)
    assert document.title == "产品发布"
    first = document.sections[0]
    assert (first.headings, first.page) == (("价格",), 1)
    assert first.text == "标准版每月 99 元\n折扣只到年底"


def test_a_table_keeps_its_rows(load: Load, slides: bytes) -> None:
    table = load("a.pptx", slides).sections[1]
    assert (table.table, table.page, table.headings) == (True, 2, ("Cities",))
    assert table.text == "City | Fee\nBonn | 5"


def test_text_in_groups_and_lone_titles_are_kept_and_empty_slides_left_out(load: Load, slides: bytes) -> None:
    assert [(section.page, section.text) for section in load("a.pptx", slides).sections[2:]] == [
        (3, "inside a group"), (4, "Thank you"),
    ]  # fmt: skip


def test_too_many_slides_are_refused(load: Load, slides: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="5 slides") as caught:
        load("a.pptx", slides, pages=4)
    assert caught.value.code == "too_large"


def test_what_is_no_deck_is_refused(load: Load, slides: bytes, zip_bomb: bytes) -> None:
    codes = []
    for data in (slides[: len(slides) // 2], b"PK\x03\x04 nothing", zip_bomb, b""):
        with pytest.raises(UnreadableDocument) as caught:
            load("a.pptx", data)
        codes.append(caught.value.code)
    assert codes == ["damaged", "damaged", "too_large", "empty_file"]
