from __future__ import annotations

import io
import zipfile

import pytest

from retrieval.errors import UnreadableDocument
from tests.unit.retrieval.loaders.conftest import Load

CONTAINER = """<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>使用 手册</dc:title></metadata>
<manifest><item id="two" href="text/second%20part.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/first.xhtml" media-type="application/xhtml+xml"/>
<item id="picture" href="a.png" media-type="image/png"/></manifest>
<spine><itemref idref="one"/><itemref idref="two"/><itemref idref="missing"/></spine></package>"""
CHAPTER = """<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head>
<body><h1>{heading}</h1><p>{text}</p></body></html>"""
FIRST = "请先阅读安全须知，再接通电源，并且确认电压与铭牌上标注的电压一致。"
SECOND = "The warranty lasts two years from the day of purchase and covers defects in material."


def book(**changed: str | None) -> bytes:
    parts: dict[str, str | None] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": PACKAGE,
        "OPS/text/first.xhtml": CHAPTER.format(heading="安全", text=FIRST),
        "OPS/text/second part.xhtml": CHAPTER.format(heading="Warranty", text=SECOND),
        **{name.replace("__", "/").replace("_xml", ".xml"): text for name, text in changed.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            if text is not None:
                archive.writestr(name, text)
    return buffer.getvalue()


def refused(load: Load, data: bytes) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.epub", data)
    return caught.value.code


def test_chapters_come_in_the_order_of_the_spine(load: Load) -> None:
    document = load("a.epub", book())
    assert document.title == "使用 手册"
    assert [section.headings for section in document.sections] == [("安全",), ("Warranty",)]
    assert [section.text for section in document.sections] == [FIRST, SECOND]


def test_a_protected_book_says_so_and_hidden_fonts_do_not(load: Load) -> None:
    reference = '<e xmlns="urn:x"><CipherReference URI="{}"/></e>'
    assert refused(load, book(**{"META-INF__encryption_xml": reference.format("OPS/text/first.xhtml")})) == "encrypted"
    assert load("a.epub", book(**{"META-INF__encryption_xml": reference.format("OPS/font.otf")})).sections


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"META-INF__container_xml": None}, "damaged"),
        ({"META-INF__container_xml": "<container/>"}, "damaged"),
        ({"META-INF__container_xml": "not xml"}, "damaged"),
        ({"OPS__text__first.xhtml": None}, "damaged"),
        ({"OPS__text__first.xhtml": "<html/>", "OPS__text__second part.xhtml": "<html/>"}, "no_text"),
    ],
)
def test_what_is_missing_is_named(load: Load, changed: dict[str, str | None], code: str) -> None:
    assert refused(load, book(**changed)) == code


def test_an_entity_that_names_a_file_is_not_followed(load: Load) -> None:
    hostile = PACKAGE.replace("<package", '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><package', 1)
    document = load("a.epub", book(**{"OPS__book.opf": hostile.replace("使用 手册", "&e;")}))
    assert "root:" not in document.title


def test_a_zip_bomb_is_refused(load: Load, zip_bomb: bytes) -> None:
    assert refused(load, zip_bomb) == "too_large"
