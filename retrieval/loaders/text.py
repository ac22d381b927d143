"""Plain text."""

from __future__ import annotations

from pathlib import Path

from retrieval.config import LoaderLimits
from retrieval.loaders.encoding import read_text
from retrieval.loaders.limits import check_size, check_text
from retrieval.types import ParsedDocument, Section


class TextLoader:
    """One section; lines count from 1."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_size(path, self._limits)
        document = ParsedDocument("", (Section(read_text(path), line=1),))
        return check_text(path, document, self._limits)
