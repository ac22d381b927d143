"""Awkward office files, books and pdf: made here by the libraries that people make them with."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

from docx import Document
from openpyxl import Workbook
from pptx import Presentation
from pypdf import PdfReader, PdfWriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from tests.unit.retrieval.golden.texts import EN, LAUGHS, ZH, Case

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096
MIB = 1024 * 1024


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


def docx() -> bytes:
    document = Document()
    document.add_heading("退款", 1)
    document.add_paragraph(ZH)
    table = document.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "merged"
    table.cell(1, 2).text = "corner"
    return saved(document.save)


def workbook() -> bytes:
    book = Workbook()
    book.active.append(["城市", "费用"])
    book.active.append(["北京", 5.5])
    second = book.create_sheet("第二页")
    second["C9"] = "far away"
    second["D9"] = "=1+1"
    return saved(book.save)


def archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in parts.items():
            written.writestr(name, data)
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    packed = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)
    with packed, packed.open("word/document.xml", "w") as part:
        for _ in range(300):
            part.write(bytes(MIB))
    return buffer.getvalue()


def many_members() -> bytes:
    return archive(**{f"word/{number}.xml": b"" for number in range(10_001)})


def entities() -> bytes:
    """A docx whose XML asks for a billion laughs."""
    with zipfile.ZipFile(io.BytesIO(docx())) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["word/document.xml"] = (
        parts["word/document.xml"]
        .replace(b"<w:document", f"<!DOCTYPE x [{LAUGHS}]><w:document".encode(), 1)
        .replace("退款".encode(), b"&l9;", 1)
    )
    return archive(**parts)


def deck() -> bytes:
    slides = Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[1])
    slide.shapes.title.text_frame.text = "退款"
    slide.placeholders[1].text_frame.text = EN
    return saved(slides.save)


def pdf(*pages: Callable[[Canvas], object]) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def lines(text: str, left: int = 60, font: str = "Helvetica", width: int = 200) -> Callable[[Canvas], object]:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, 11)
        for number, line in enumerate(simpleSplit(text, font, 11, width)):
            canvas.drawString(left, 780 - 14 * number, line)

    return draw


def both(*draws: Callable[[Canvas], object]) -> Callable[[Canvas], object]:
    return lambda canvas: [draw(canvas) for draw in draws]


SECOND_COLUMN = "Opening hours are from nine to five on every working day of the week, also during the holidays."
LEFT = "Customers may return any item within thirty days of delivery and receive a full refund of it. "
MIXED_WORDS = ("within thirty days of delivery", "on every working day of the week")


def mixed_columns(canvas: Canvas) -> None:
    """Two columns whose lines the file has in turns: one of the left, one of the right."""
    canvas.setFont("Helvetica", 11)
    pair = zip(simpleSplit(LEFT, "Helvetica", 11, 200), simpleSplit(SECOND_COLUMN, "Helvetica", 11, 200), strict=False)
    for number, both_lines in enumerate(pair):
        for left, line in zip((50, 320), both_lines, strict=True):
            canvas.drawString(left, 780 - 14 * number, line)


def long_table() -> bytes:
    """A table that goes on overleaf, its header on the first page alone."""
    rows = [["City", "Fee"], *([f"Town {number}", str(number)] for number in range(1, 80))]
    buffer = io.BytesIO()
    grid = Table(rows, style=[("GRID", (0, 0), (-1, -1), 1, colors.black)], colWidths=[120, 90])
    SimpleDocTemplate(buffer, pagesize=A4).build([grid])
    return buffer.getvalue()


def chinese(canvas: Canvas) -> None:
    canvas.setFont("STSong-Light", 11)
    canvas.drawString(60, 700, ZH)


def scan(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.5, 0.5, 0.5)
    canvas.rect(50, 50, 400, 600, fill=1)


def rotated(canvas: Canvas) -> None:
    canvas.setPageRotation(90)
    lines(EN, width=400)(canvas)


def locked() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(lines(EN)))))
    writer.encrypt("secret", algorithm="RC4-128")
    return saved(writer.write)


def stream_bomb() -> bytes:
    """A page whose contents unpack to 400 MiB."""
    packer, piece = zlib.compressobj(9), b"0 0 m " * (MIB // 6)
    packed = b"".join(packer.compress(piece) for _ in range(401)) + packer.flush()
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
    contents = b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (len(packed), packed)
    return head + page + contents + b"trailer<</Root 1 0 R>>\n%%EOF"


def loop() -> bytes:
    """A tree of pages that contains itself."""
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n"
    return head + b"trailer<</Root 1 0 R>>\n%%EOF"


OFFICES: list[Case] = [
    ("headings.docx", docx(), (ZH, "merged", "corner")),
    ("empty.docx", saved(Document().save), "no_text"),
    ("half.docx", docx()[:5000], "damaged"),
    ("password.docx", OLE, "encrypted"),
    ("old-word.doc", OLE, "unknown_format"),
    ("bomb.docx", bomb, "too_large"),
    ("members.docx", many_members(), "too_large"),
    ("laughs.docx", entities(), "damaged"),
    ("not-a-zip.docx", b"plain text", "damaged"),
    ("pdf-named.docx", pdf(lines(EN)), "damaged"),
    ("sheets.xlsx", workbook(), ("城市 | 费用", "北京 | 5.5", "far away")),
    ("empty.xlsx", saved(Workbook().save), "no_text"),
    ("docx-named.xlsx", docx(), "damaged"),
    ("password.xlsx", OLE, "encrypted"),
    ("deck.pptx", deck(), (EN,)),
    ("docx-named.pptx", docx(), "damaged"),
    ("zip-named.epub", archive(a=b"b"), "damaged"),
    ("one-page.pdf", pdf(lines(EN, width=400)), (EN,)),
    ("chinese.pdf", pdf(chinese), (ZH[:20],)),
    ("two-columns.pdf", pdf(both(lines(EN, 50), lines(SECOND_COLUMN, 320))), ("thirty days", "nine to five")),
    ("mixed-columns.pdf", pdf(mixed_columns), MIXED_WORDS),
    ("long-table.pdf", long_table(), ("City | Fee\nTown 1 |", "Town 79 | 79")),
    ("rotated.pdf", pdf(rotated), ("thirty days",)),
    ("grey-box.pdf", pdf(scan), "no_text"),
    ("blank.pdf", pdf(lambda _: None), "no_text"),
    ("password.pdf", locked(), "encrypted"),
    ("half.pdf", pdf(lines(EN))[:400], "damaged"),
    ("text-named.pdf", EN.encode(), "damaged"),
    ("ten-thousand-pages.pdf", lambda: pdf(*[lambda _: None] * 10_000), "too_large"),
    ("stream-bomb.pdf", stream_bomb, "any"),
    ("loop.pdf", loop(), "any"),
]
