from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from retrieval.errors import UnreadableDocument
from retrieval.loaders.image import FORMATS, pixels
from tests.unit.retrieval.drawn import EN, ZH, accuracy, encoded, page, table, wrapped
from tests.unit.retrieval.loaders.conftest import Load

LINES = wrapped(ZH, 40)[:3]
PAGE = page(LINES, size=24, width=640)
SAID = "".join(LINES)


def test_what_is_written_in_a_picture_is_read(load: Load) -> None:
    document = load("a.JPG", encoded(PAGE, "JPEG", quality=60))
    assert accuracy(SAID, "".join(section.text for section in document.sections)) >= 0.97
    assert {section.page for section in document.sections} == {None}


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("TIFF", "1"), ("WEBP", "RGB"), ("BMP", "L"), ("JPEG", "L")]
)
def test_every_format_gives_the_same_picture(kind: str, mode: str) -> None:
    with Image.open(io.BytesIO(encoded(PAGE.convert(mode), kind)), formats=FORMATS) as file:
        difference = np.abs(pixels(file).astype(int) - pixels(PAGE.convert(mode)).astype(int))
    assert difference.mean() < 2


def test_the_pictures_of_a_tiff_are_pages(load: Load) -> None:
    data = encoded(PAGE, "TIFF", save_all=True, append_images=[page(wrapped(EN, 40)[:2], size=24, width=640)])
    document = load("fax.tiff", data)
    assert [section.page for section in document.sections] == [1, 2]
    assert "Customers may return" in document.sections[1].text


def test_a_table_in_a_picture_is_rows(load: Load) -> None:
    rows = [("城市", "费用", "期限"), ("北京", "25元", "三十天"), ("上海", "36元", "十五天")]
    (section,) = load("a.png", encoded(table(rows), "PNG")).sections
    assert (section.table, section.text.split("\n")[1]) == (True, "北京 | 25元 | 三十天")


def test_a_long_screenshot_is_cut_between_its_lines(load: Load) -> None:
    lines = [f"第{number}条：{ZH[number : number + 5]}" for number in range(1, 31)]
    document = load("chat.png", encoded(page(lines, size=24, width=420), "PNG"))
    text = "".join(section.text for section in document.sections)
    assert [line[:4] for line in lines if line[:4].rstrip("：") not in text] == []


def test_white_on_black_is_read(load: Load) -> None:
    dark = Image.eval(PAGE, lambda value: 255 - value)
    assert accuracy(SAID, load("a.png", encoded(dark, "PNG")).sections[0].text) >= 0.95


def test_a_picture_without_words_has_no_text(load: Load) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.png", encoded(Image.new("RGB", (300, 200), "navy"), "PNG"))
    assert caught.value.code == "no_text"


@pytest.mark.parametrize("data", [b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(100), encoded(PAGE, "PNG")[:900]])
def test_what_is_no_picture_is_damaged(load: Load, data: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.png", data)
    assert caught.value.code == "damaged"


def test_a_format_that_is_not_offered_is_refused_under_any_name(load: Load) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.png", encoded(PAGE, "GIF"))
    assert caught.value.code == "damaged"


@pytest.mark.parametrize(("side", "found"), [(11_000, "11000 x 11000 pixels"), (20_000, "far too many pixels")])
def test_too_many_pixels_are_refused_before_they_are_unpacked(load: Load, side: int, found: str) -> None:
    bomb = encoded(Image.new("1", (side, side)), "PNG")
    assert len(bomb) < 1_000_000
    with pytest.raises(UnreadableDocument, match=found) as caught:
        load("a.png", bomb)
    assert caught.value.code == "too_large"


def test_a_camera_s_note_on_which_way_is_up_is_followed() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (40, 20)).save(buffer, "JPEG", exif=exif)
    assert pixels(Image.open(buffer)).shape == (40, 20, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_pixel_becomes_red_green_blue(mode: str) -> None:
    made = pixels(Image.new(mode, (30, 20)))
    assert (made.shape, made.dtype) == ((20, 30, 3), np.dtype(np.uint8))


def test_what_is_transparent_lies_on_white() -> None:
    assert pixels(Image.new("RGBA", (9, 9), (0, 0, 0, 0))).min() == 255
