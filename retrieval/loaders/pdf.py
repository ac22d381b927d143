"""PDF: text by pypdf, ruled tables by pdfplumber, pages without legible text by recognition; page by page."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pdfplumber
from pdfplumber.utils.exceptions import PdfminerException
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from retrieval.config import LoaderLimits
from retrieval.errors import UnreadableDocument
from retrieval.loaders.layout import blocks
from retrieval.loaders.legible import is_legible
from retrieval.loaders.limits import check_size, check_text, damaged, too_large
from retrieval.loaders.paragraphs import paragraphs
from retrieval.loaders.pdf_pictures import PdfiumError, PdfPictures
from retrieval.loaders.pdf_tables import RuledTables
from retrieval.loaders.scan import Scans
from retrieval.types import ParsedDocument, Section

_PARSE_ERRORS = (PyPdfError, PdfminerException, PdfiumError, ValueError, KeyError, TypeError, AttributeError,
                 IndexError, RecursionError, OSError)  # fmt: skip
"""What the two libraries raise on hostile files, seen by feeding them mutated ones."""

_RULES = re.compile(rb"\bre\b|\bl\b")  # operators that draw rectangles and lines
_FEWEST_RULES = 6
_STAMP = 60
"""Characters that a scanner or a copier stamps on the pages it makes ("Scanned by ...", a date, a number)."""
_LEAST_COVER = 0.05
_SCAN_COVER = 0.7
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
        scans = Scans(path, self._limits)
        tables = RuledTables()
        with pdfplumber.open(path) as plumber, PdfPictures(path) as pictures:
            for number, page in enumerate(reader.pages, start=1):
                ruled = number <= self._limits.table_pages and _has_rules(page)
                sections = tables.sections(plumber.pages[number - 1], number) if ruled else []
                sections = sections or [Section(_text(page, pictures, number), page=number)]
                if _is_picture("".join(section.text for section in sections), pictures, number):
                    sections = scans.sections(pictures.drawn(number), number) or sections
                for section in sections:
                    characters += len(section.text)
                    if section.text.strip():
                        yield section
                if characters > self._limits.characters:
                    raise too_large(path, f"more than {characters:,} characters", f"{self._limits.characters:,}")


def _text(page: PageObject, pictures: PdfPictures, number: int) -> str:
    """Text of a page: as the file has it, but columns one after the other."""
    text = page.extract_text()
    lines = pictures.columns(number) if text.strip() else []
    if not lines:
        return paragraphs(text)
    return "\n\n".join(paragraphs("\n".join(" ".join(row) for row in block.rows)) for block in blocks(lines))


def _is_picture(text: str, pictures: PdfPictures, number: int) -> bool:
    """Whether a page has to be read as a picture: its text is none, illegible, or a stamp on a scan."""
    if not is_legible(text):
        return bool(text.strip()) or pictures.cover(number) >= _LEAST_COVER
    return len(text) < _STAMP and pictures.cover(number) >= _SCAN_COVER


def _has_rules(page: PageObject) -> bool:
    contents = page.get_contents()
    return contents is not None and len(_RULES.findall(contents.get_data())) >= _FEWEST_RULES
