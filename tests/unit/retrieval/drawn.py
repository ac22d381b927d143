"""Pages drawn as pictures, as a scanner hands them over, in fonts of the distribution (infra/test-packages.txt)."""

from __future__ import annotations

import difflib
import io
import textwrap
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

_FONTS = Path("/usr/share/fonts/opentype/noto")
SERIF, SANS = "NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc"
_TAIWAN = 3
"""Number of the face with Taiwan's shapes in Noto's collections."""

ZH = (
    "客户可以在收到商品之后的三十天之内申请退货并获得全额退款，前提是商品完整无损。退款会在五个工作日之内到账，运费由商家承担。"
    "本公司二〇二五年第三季度的营业收入为12.6亿元，同比增长8.4%，其中线上渠道占57%。"
)
TRADITIONAL = (
    "客戶可以在收到商品之後的三十天之內申請退貨並獲得全額退款，前提是商品完整無損。退款會在五個工作日之內到帳，運費由商家承擔。"
    "臺北辦公室的開放時間為星期一至星期五上午九點到下午六點，國定假日除外。"
)
EN = (
    "Customers may return any item within thirty days of delivery and receive a full refund of the price that was paid "
    "for it, provided that the item is complete and undamaged. Revenue of the third quarter was 12.6 million euros, "
    "8.4% above last year's."
)


@cache
def font(size: int, name: str = SERIF, face: int = 2) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / name, size, index=face)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of about `width` half-width characters."""
    if text.isascii():
        return textwrap.wrap(text, width)
    return [text[start : start + width // 2] for start in range(0, len(text), width // 2)]


def page(lines: Sequence[str], *, size: int = 28, name: str = SERIF, width: int = 1240, face: int = 2) -> Image.Image:
    """A page at about 150 dpi, 28 pixels being 13 points."""
    pitch = size * 3 // 2
    picture = Image.new("RGB", (width, max(300, 160 + pitch * len(lines))), "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((90, 80 + pitch * number), line, font=font(size, name, face), fill="black")
    return picture


def traditional(lines: Sequence[str]) -> Image.Image:
    return page(lines, face=_TAIWAN)


def two_columns(left: Sequence[str], right: Sequence[str]) -> Image.Image:
    picture = page(left, size=24)
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(right):
        draw.text((660, 80 + 36 * number), line, font=font(24), fill="black")
    return picture


def table(rows: Sequence[Sequence[str]]) -> Image.Image:
    picture = page([])
    draw = ImageDraw.Draw(picture)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            draw.text((90 + 360 * column, 60 + 52 * number), cell, font=font(28, SANS), fill="black")
    return picture


def scanned(picture: Image.Image, *, slant: float = 0.0) -> Image.Image:
    """As from a copier: grey, a little blurred, at a slant if wanted."""
    turned = picture.rotate(slant, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    return turned.convert("L").filter(ImageFilter.GaussianBlur(0.8)).point(lambda value: 30 + value * 210 // 255)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def scan_pdf(*pictures: Image.Image, stamp: str = "", layer: str = "", turn: int = 0) -> bytes:
    """A pdf of pictures, a page each; `stamp` is written over each, `layer` lies invisible beneath each."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for picture in pictures:
        width, height = A4[0], A4[0] * picture.height / picture.width
        canvas.drawImage(ImageReader(picture), 0, A4[1] - height, width, height)
        if stamp:
            canvas.drawString(40, 20, stamp)
        for number, line in enumerate(wrapped(layer, 80)):
            text = canvas.beginText(40, 780 - 14 * number)
            text.setTextRenderMode(3)
            text.textLine(line)
            canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return turned(buffer.getvalue(), turn) if turn else buffer.getvalue()


def turned(pdf: bytes, turn: int) -> bytes:
    """The same file, its pages shown turned by so many degrees."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for each in writer.pages:
        each.rotate(turn)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def accuracy(wanted: str, read: str) -> float:
    """Share of the characters of `wanted`, blanks aside, that stand in `read` in the same order."""
    wanted, read = "".join(wanted.split()), "".join(read.split())
    matching = difflib.SequenceMatcher(None, wanted, read, autojunk=False).get_matching_blocks()
    return sum(block.size for block in matching) / max(len(wanted), len(read))
