"""Awkward pictures and scans, drawn here: what is written on them must be found, or the error must be the right one."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image
from pypdf import PdfReader, PdfWriter

from tests.unit.retrieval.drawn import (
    EN,
    TRADITIONAL,
    ZH,
    encoded,
    page,
    scan_pdf,
    scanned,
    table,
    two_columns,
    wrapped,
)
from tests.unit.retrieval.golden.offices import lines, pdf
from tests.unit.retrieval.golden.texts import Case

MOJIBAKE = ZH[:60].encode("gbk").decode("latin-1")


def small(text: str, face: int = 2) -> Image.Image:
    return page(wrapped(text, 40)[:3], size=24, width=640, face=face)


CHINESE, ENGLISH = small(ZH), small(EN)


def columns() -> Image.Image:
    return two_columns([line[:18] for line in wrapped(ZH, 36)[:4]], wrapped(EN, 36)[:4]).resize((930, 233))


def joined(*files: bytes) -> bytes:
    writer = PdfWriter()
    for data in files:
        writer.append(PdfReader(io.BytesIO(data)))
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def png_bomb() -> bytes:
    """A picture of 60,000 by 60,000 pixels in a few kilobytes, its data cut off: the header alone is to be believed."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 10_000)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


PICTURES: list[Case] = [
    ("simplified.png", encoded(CHINESE, "PNG"), ("三十天之内申请退货", "前提是商品完整无损")),
    ("traditional.jpg", encoded(small(TRADITIONAL, 3), "JPEG", quality=70), ("貨並獲得全額退款",)),
    ("english.webp", encoded(ENGLISH, "WEBP"), ("Customers may return any item",)),
    ("fax.tiff", encoded(CHINESE.convert("1"), "TIFF", compression="group4", save_all=True,
                         append_images=[ENGLISH.convert("1")]), ("申请退货", "Customers may return")),
    ("upside-down.bmp", encoded(CHINESE.rotate(180), "BMP"), ("三十天之内申请退货",)),
    ("sideways.png", encoded(ENGLISH.rotate(90, expand=True), "PNG"), ("Customers may return any item",)),
    ("table.png", encoded(table([("城市", "费用"), ("北京", "25元"), ("上海", "36元")]).crop((0, 0, 700, 240)), "PNG"),
     ("城市 | 费用", "北京 | 25元")),
    ("columns.png", encoded(columns(), "PNG"), ("Customers may return",)),
    ("empty.png", b"", "empty_file"),
    ("white.png", encoded(Image.new("L", (200, 200), 255), "PNG"), "no_text"),
    ("half.jpg", encoded(CHINESE, "JPEG")[:700], "damaged"),
    ("animation.gif", encoded(Image.new("P", (9, 9)), "GIF"), "unknown_format"),
    ("gif-named.png", encoded(Image.new("P", (9, 9)), "GIF"), "damaged"),
    ("bomb.png", png_bomb(), "too_large"),
    ("one-pixel.png", encoded(Image.new("1", (1, 1)), "PNG"), "no_text"),
    ("scan-chinese.pdf", scan_pdf(scanned(CHINESE)), ("三十天之内申请退货",)),
    ("scan-traditional.pdf", scan_pdf(scanned(small(TRADITIONAL, 3))), ("申請退貨",)),
    ("scan-english.pdf", scan_pdf(scanned(ENGLISH)), ("Customers may return any item",)),
    ("scan-turned.pdf", scan_pdf(ENGLISH, turn=270), ("Customers may return any item",)),
    ("scan-garbage-layer.pdf", scan_pdf(CHINESE, layer=MOJIBAKE), ("三十天之内申请退货",)),
    ("scan-good-layer.pdf", scan_pdf(ENGLISH, layer=EN), ("undamaged",)),
    ("scan-stamped.pdf", scan_pdf(page(wrapped(EN, 40)[:3] + [""] * 17, size=24, width=640), stamp="Scan 7"),
     ("Customers may return any item",)),
    ("text-and-scan.pdf", joined(pdf(lines(EN, width=400)), scan_pdf(CHINESE)), ("12.6 million", "三十天之内申请退货")),
    ("empty-scan.pdf", scan_pdf(Image.new("L", (400, 500), 250)), "no_text"),
]  # fmt: skip
