"""Excel workbooks, by openpyxl: a table a sheet."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from retrieval.config import LoaderLimits
from retrieval.loaders.limits import check_text, check_zip, damaged
from retrieval.loaders.rows import table_section
from retrieval.types import ParsedDocument

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
_PIECE = 1 << 20
_LONGEST = 200  # bytes of one such element

Spans = dict[int, dict[int, int]]
"""Of cells merged downwards: first row, column (both from 0) and last row."""


class XlsxLoader:
    """Values as last computed; the sheet's name is the heading. A cell merged over rows stands in each of them."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_zip(path, self._limits)
        try:
            book = load_workbook(path, read_only=True, data_only=True)
            sections = []
            with zipfile.ZipFile(path) as archive:
                for sheet in book.worksheets:
                    # openpyxl tells merged cells only when it holds the whole sheet in memory.
                    with archive.open(sheet._worksheet_path.lstrip("/")) as xml:  # type: ignore[attr-defined]  # noqa: SLF001
                        spans = merged_downwards(xml)
                    rows = repeated(sheet.iter_rows(values_only=True), spans)
                    sections.append(table_section(rows, headings=(sheet.title,)))
            title = book.properties.title or ""
            book.close()
        except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError) as error:
            raise damaged(path, error) from error
        return check_text(path, ParsedDocument(title, tuple(sections)), self._limits)


def merged_downwards(xml: IO[bytes]) -> Spans:
    """Find the cells of a sheet that are merged over several rows, without parsing what lies before them."""
    spans: Spans = {}
    rest = b""
    while piece := xml.read(_PIECE):
        text = rest + piece
        for match in _MERGED.finditer(text):
            left, top, _, bottom = map(int, range_boundaries(match[1].decode()))  # type: ignore[arg-type]  # whole cells
            if bottom > top:
                spans.setdefault(top - 1, {})[left - 1] = bottom - 1
        rest = text[-_LONGEST:]
    return spans


def repeated(rows: Iterable[tuple[object, ...]], spans: Spans) -> Iterator[tuple[object, ...]]:
    """Write a merged cell's value into each of its rows: a row of a table is read without the one above it.

    Only where the row says something itself, and only into cells that are empty.
    """
    held: dict[int, tuple[int, object]] = {}
    for number, row in enumerate(rows):
        held = {column: span for column, span in held.items() if span[0] >= number}
        filled = list(row)
        if any(value is not None for value in row):
            for column, (_, value) in held.items():
                if column < len(filled) and filled[column] is None:
                    filled[column] = value
        for column, last in spans.get(number, {}).items():
            if column < len(row):
                held[column] = (last, row[column])
        yield tuple(filled)
