from __future__ import annotations

import io
import random

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

from retrieval.errors import UnreadableDocument
from retrieval.loaders.scan import Scans
from tests.unit.retrieval.drawn import EN, ZH, accuracy, page, scan_pdf, scanned, wrapped
from tests.unit.retrieval.golden.offices import long_table, mixed_columns, pdf
from tests.unit.retrieval.loaders.conftest import Load

LONG = (
    "Customers may return any item within thirty days of delivery and receive a full refund of the price that was "
    "paid for it, provided that the item is complete and undamaged. The refund takes five working days."
)
CHINESE = "客户可以在收到商品之后的三十天之内申请退货并获得全额退款，前提是商品完整无损。退款会在五个工作日之内到账。"


@pytest.fixture(scope="module")
def report() -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = getSampleStyleSheet()["Normal"]
    chinese = style.clone("chinese", fontName="STSong-Light", wordWrap="CJK")
    grid = Table([["City", "Fee"], ["Bonn", "5"], ["Kiel", "6"]], style=[("GRID", (0, 0), (-1, -1), 1, colors.black)])
    buffer = io.BytesIO()
    document = SimpleDocTemplate(buffer, pagesize=A4, title="Annual report")
    document.build(
        [Paragraph(LONG, style), PageBreak(), Paragraph("Fees by city:", style), grid, PageBreak(),
         Paragraph(CHINESE, chinese)]
    )  # fmt: skip
    return buffer.getvalue()


def blank(pages: int) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for _ in range(pages):
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_pages_are_numbered_from_one(load: Load, report: bytes) -> None:
    document = load("a.pdf", report)
    assert document.title == "Annual report"
    assert [section.page for section in document.sections] == [1, 2, 2, 3]


def test_lines_broken_by_the_page_are_joined(load: Load, report: bytes) -> None:
    assert load("a.pdf", report).sections[0].text == LONG


def test_chinese_lines_are_joined_without_blanks(load: Load, report: bytes) -> None:
    assert load("a.pdf", report).sections[3].text == CHINESE


def test_a_ruled_table_is_rows_and_not_text_as_well(load: Load, report: bytes) -> None:
    text, table = load("a.pdf", report).sections[1:3]
    assert (table.table, table.text) == (True, "City | Fee\nBonn | 5\nKiel | 6")
    assert text.text == "Fees by city:"


def test_beyond_the_limit_tables_are_read_as_text(load: Load, report: bytes) -> None:
    sections = load("a.pdf", report, table_pages=1).sections
    assert not any(section.table for section in sections)
    assert "Bonn" in sections[1].text


def test_blank_pages_have_no_text(load: Load) -> None:
    with pytest.raises(UnreadableDocument, match="no text") as caught:
        load("a.pdf", blank(2))
    assert caught.value.code == "no_text"


def test_too_many_pages_are_refused(load: Load) -> None:
    with pytest.raises(UnreadableDocument, match="30 pages") as caught:
        load("a.pdf", blank(30), pages=20)
    assert caught.value.code == "too_large"


def test_too_much_text_is_refused_before_the_last_page(load: Load, report: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.pdf", report, characters=100)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(("password", "code"), [("secret", "encrypted")])
def test_a_password_is_asked_to_be_removed(load: Load, report: bytes, password: str, code: str) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(report)))
    writer.encrypt(password, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(UnreadableDocument, match="without a password") as caught:
        load("a.pdf", buffer.getvalue())
    assert caught.value.code == code


def test_an_owner_s_password_alone_does_not_stop_readers(load: Load, report: bytes) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(report)))
    writer.encrypt("", "owner", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert load("a.pdf", buffer.getvalue()).sections[0].text == LONG


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\ngarbage" * 50, b"plain text", b"\x00" * 500])
def test_what_is_no_pdf_is_damaged(load: Load, data: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.pdf", data)
    assert caught.value.code == "damaged"


@pytest.mark.parametrize("seed", range(25))
def test_a_mutated_file_is_read_or_refused_but_never_crashes(load: Load, report: bytes, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(report)
    for _ in range(chance.randint(1, 60)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    refused: UnreadableDocument | None = None
    try:
        sections = load("a.pdf", bytes(data)).sections
    except UnreadableDocument as error:
        refused, sections = error, ()
    assert sections or refused is not None


def small(text: str) -> Image.Image:
    return page(wrapped(text, 40)[:3], size=24, width=640)


def test_a_scanned_page_is_read_and_keeps_its_number(load: Load) -> None:
    sections = load("a.pdf", scan_pdf(scanned(small(ZH)), scanned(small(EN)))).sections
    assert [section.page for section in sections] == [1, 2]
    assert accuracy("".join(wrapped(ZH, 40)[:3]), sections[0].text) >= 0.97
    assert sections[1].text.startswith("Customers may return any item")


def test_a_scan_that_was_turned_or_stamped_is_read(load: Load) -> None:
    tall = page([*wrapped(EN, 40)[:2], *[""] * 18], size=24, width=640)
    (section,) = load("a.pdf", scan_pdf(tall, stamp="Scanned by Copier 3", turn=90)).sections
    assert "Customers may return any item" in section.text


@pytest.mark.parametrize("layer", [CHINESE.encode("gbk").decode("latin-1")])
def test_a_text_layer_that_is_none_is_read_from_the_picture(load: Load, layer: str) -> None:
    (section,) = load("a.pdf", scan_pdf(small(ZH), layer=layer)).sections
    assert section.text.startswith("客户可以在收到商品之后")
    assert layer[:9] not in section.text


def test_a_page_with_text_is_not_read_as_a_picture(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("no picture had to be read")

    monkeypatch.setattr(Scans, "sections", refuse)
    layered = scan_pdf(small(EN), layer=LONG)
    assert load("a.pdf", layered).sections[0].text.startswith("Customers may return")
    assert load("b.pdf", scan_pdf(page([]), stamp=LONG)).sections


def test_more_scanned_pages_than_the_limit_are_refused(load: Load) -> None:
    with pytest.raises(UnreadableDocument, match="more than 1 scanned pages") as caught:
        load("a.pdf", scan_pdf(page(["a", "b"]), page(["c"])), scanned_pages=1)
    assert caught.value.code == "too_many_scans"


def test_a_table_that_goes_on_overleaf_has_its_header_there_too(load: Load) -> None:
    tables = [section for section in load("a.pdf", long_table()).sections if section.table]
    assert [section.page for section in tables] == [1, 2, 3]
    assert {section.text.split("\n")[0] for section in tables} == {"City | Fee"}
    assert sum(section.text.count("Town") for section in tables) == 79


def test_columns_that_the_file_mixes_line_by_line_are_read_one_after_the_other(load: Load) -> None:
    (section,) = load("a.pdf", pdf(mixed_columns)).sections
    assert section.text.index("a full refund of it") < section.text.index("Opening hours")
