"""Word documents, by python-docx: headings by style or outline level, lists, tables."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.table import Table
from lxml.etree import LxmlError

from retrieval.config import LoaderLimits
from retrieval.loaders.headings import HeadingPath
from retrieval.loaders.limits import check_text, check_zip, damaged
from retrieval.loaders.rows import table_section
from retrieval.types import ParsedDocument, Section

_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)


class DocxLoader:
    """Sections by heading; a table is a section of its own. Word files know no pages."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_zip(path, self._limits)
        try:
            source = Document(str(path))
            document = ParsedDocument(source.core_properties.title or _titled(source), tuple(_sections(source)))
        except (OpcError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, OSError) as error:
            raise damaged(path, error) from error
        return check_text(path, document, self._limits)


def _sections(source: Any) -> Iterator[Section]:  # noqa: ANN401 - python-docx ships no types
    path = HeadingPath()
    text: list[str] = []

    def flush() -> Iterator[Section]:
        if text:
            yield Section("\n\n".join(text), path.current)
        text.clear()

    for block in source.iter_inner_content():
        if isinstance(block, Table):
            yield from flush()
            yield table_section(_rows(block), path.current)
        elif level := _level(block):
            yield from flush()
            path.enter(level, block.text)
        elif block.text.strip():
            text.append(f"- {block.text.strip()}" if _listed(block) else block.text.strip())
    yield from flush()


def _rows(table: Any) -> Iterator[list[str]]:  # noqa: ANN401
    for row in table.rows:
        cells: list[str] = []
        seen = None
        for cell in row.cells:
            # a merged cell appears once for each column it covers: said once, and the columns after it stay in place
            cells.append("" if cell._tc is seen else cell.text)  # noqa: SLF001
            seen = cell._tc  # noqa: SLF001
        yield cells


def _level(paragraph: Any) -> int:  # noqa: ANN401
    """Level of a heading, 0 for other paragraphs."""
    if not paragraph.text.strip():
        return 0
    for name in (paragraph.style.name or "", paragraph.style.style_id or ""):
        if match := _HEADING.match(name):
            return int(match[1])
    outline = paragraph._p.find(f".//{qn('w:pPr')}/{qn('w:outlineLvl')}")  # noqa: SLF001 - not in the public interface
    level = int(outline.get(qn("w:val"))) + 1 if outline is not None else 0
    return level if level < 10 else 0


def _listed(paragraph: Any) -> bool:  # noqa: ANN401
    numbered = paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None  # noqa: SLF001
    return numbered or (paragraph.style.name or "").lower().startswith("list")


def _titled(source: Any) -> str:  # noqa: ANN401
    titles = (block.text for block in source.paragraphs if (block.style.name or "").lower() in {"title", "标题"})
    return " ".join(next(titles, "").split())
