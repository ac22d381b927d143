"""Excel workbooks, by openpyxl: a table a sheet."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from retrieval.config import LoaderLimits
from retrieval.loaders.limits import check_text, check_zip, damaged
from retrieval.loaders.rows import table_section
from retrieval.types import ParsedDocument


class XlsxLoader:
    """Values as last computed; the sheet's name is the heading."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_zip(path, self._limits)
        try:
            book = load_workbook(path, read_only=True, data_only=True)
            sections = tuple(
                table_section(sheet.iter_rows(values_only=True), headings=(sheet.title,)) for sheet in book.worksheets
            )
            title = book.properties.title or ""
            book.close()
        except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError) as error:
            raise damaged(path, error) from error
        return check_text(path, ParsedDocument(title, sections), self._limits)
