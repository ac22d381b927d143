"""PDF: text by pypdf, ruled tables by pdfplumber, page by page."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
from pdfplumber.utils.exceptions import PdfminerException
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from retrieval.config import LoaderLimits
from retrieval.errors import UnreadableDocument
from retrieval.language import HAN
from retrieval.loaders.limits import check_size, check_text, damaged, too_large
from retrieval.loaders.rows import table_section
from retrieval.types import ParsedDocument, Section

_PARSE_ERRORS = (PyPdfError, PdfminerException, ValueError, KeyError, TypeError, AttributeError, IndexError,
                 RecursionError, OSError)  # fmt: skip
"""What the two libraries raise on hostile files, seen by feeding them mutated ones."""

_RULES = re.compile(rb"\bre\b|\bl\b")  # operators that draw rectangles and lines
_FEWEST_RULES = 6
_ENDS = ("。", "！", "？", "；", "：", ".", "!", "?", ":", ";", "”", "」")
_ITEM = re.compile(
    r"^\s*(?:[•●▪·]|[-*](?!\d)|\(?\d{1,3}(?:[)、]|\.(?!\d))|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)"
)
"""Begins an item of a list; "12.3%" and "-5" begin a line that the page's width broke."""
_HAN_EDGE = re.compile(f"[{HAN}，、（《“]$")

logging.getLogger("pypdf").setLevel(logging.ERROR)  # warns about every oddity of a file; the error says what matters
logging.getLogger("pdfminer").setLevel(logging.ERROR)


class PdfLoader:
    """A section a page, and one for each table; pages count from 1."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_size(path, self._limits)
        try:
            reader = PdfReader(path)
            if reader.is_encrypted and not reader.decrypt(""):
                raise UnreadableDocument("encrypted", f"{path.name} is encrypted: save it without a password",
                                         filename=path.name)  # fmt: skip
            if len(reader.pages) > self._limits.pages:
                raise too_large(path, f"{len(reader.pages)} pages", str(self._limits.pages))
            title = str(reader.metadata.title or "") if reader.metadata else ""
            document = ParsedDocument(title.strip(), tuple(self._sections(path, reader)))
        except _PARSE_ERRORS as error:
            raise damaged(path, error) from error
        return check_text(path, document, self._limits)

    def _sections(self, path: Path, reader: PdfReader) -> Iterator[Section]:
        characters = 0
        with pdfplumber.open(path) as plumber:
            for number, page in enumerate(reader.pages, start=1):
                ruled = number <= self._limits.table_pages and _has_rules(page)
                sections = _ruled_page(plumber.pages[number - 1], number) if ruled else []
                for section in sections or [Section(_paragraphs(page.extract_text()), page=number)]:
                    characters += len(section.text)
                    if section.text.strip():
                        yield section
                if characters > self._limits.characters:
                    raise too_large(path, f"more than {characters:,} characters", f"{self._limits.characters:,}")


def _has_rules(page: PageObject) -> bool:
    contents = page.get_contents()
    return contents is not None and len(_RULES.findall(contents.get_data())) >= _FEWEST_RULES


def _ruled_page(page: Any, number: int) -> list[Section]:  # noqa: ANN401 - pdfplumber's types are not exported
    """Text outside the tables, then the tables; empty when there is no table of two rows and two columns."""
    tables = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.columns) > 1]
    if not tables:
        page.close()
        return []
    outside = page
    for table in tables:
        outside = outside.outside_bbox(_within(table.bbox, page.bbox))
    sections = [Section(_paragraphs(outside.extract_text() or ""), page=number)]
    sections += [table_section(table.extract(), page=number) for table in tables]
    page.close()
    return sections


def _within(box: tuple[float, ...], page: tuple[float, ...]) -> tuple[float, ...]:
    return (max(box[0], page[0]), max(box[1], page[1]), min(box[2], page[2]), min(box[3], page[3]))


def _paragraphs(text: str) -> str:
    """Join the lines that the page's width broke; a line that ends well before the margin ends its paragraph."""
    lines = [line.strip() for line in text.replace("\x00", "").split("\n")]
    widest = max((len(line) for line in lines), default=0)
    joined: list[str] = []
    open_line = False
    for line in lines:
        if not line:
            open_line = False
        elif open_line and not _ITEM.match(line):
            joined[-1] = _glued(joined[-1], line)
            open_line = not _closes(line, widest)
        else:
            joined.append(line)
            open_line = not _closes(line, widest)
    return "\n\n".join(joined)


def _closes(line: str, widest: int) -> bool:
    """Whether a line is the last of its paragraph: shorter than the page is wide, or a sentence's end."""
    return len(line) < widest * 0.6 or (line.endswith(_ENDS) and len(line) < widest * 0.9)


def _glued(before: str, line: str) -> str:
    if before.endswith("-") and line[:1].islower():
        return before[:-1] + line
    return before + ("" if _HAN_EDGE.search(before) else " ") + line
