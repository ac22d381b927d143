"""Tables as comma-, semicolon- or tab-separated values."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from retrieval.config import LoaderLimits
from retrieval.loaders.encoding import read_text
from retrieval.loaders.limits import check_size, check_text, damaged
from retrieval.loaders.rows import table_section
from retrieval.types import ParsedDocument

_DELIMITERS = ",;\t|"
_SAMPLE = 16 * 1024


class CsvLoader:
    """One table; its first row is the header."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_size(path, self._limits)
        text = read_text(path)
        try:
            rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
        except csv.Error as error:
            raise damaged(path, error) from error
        section = table_section(rows, line=1)
        return check_text(path, ParsedDocument("", (section,)), self._limits)


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into equally many cells, and into the most."""
    lines = list(csv.reader(io.StringIO(text[:_SAMPLE]), delimiter="\x1f"))[:20]
    first = [line[0] for line in lines if line] or [""]

    def quality(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(first, delimiter=delimiter)]
        return (widths.count(widths[0]) / len(widths) if widths[0] > 1 else 0.0, widths[0])

    return max(_DELIMITERS, key=quality)
