"""PowerPoint, by python-pptx: a slide is a page, its title the heading; tables and notes are kept."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml.etree import LxmlError
from pptx import Presentation
from pptx.exc import PythonPptxError

from retrieval.config import LoaderLimits
from retrieval.loaders.limits import check_text, check_zip, damaged, too_large
from retrieval.loaders.rows import table_section
from retrieval.types import ParsedDocument, Section


class PptxLoader:
    """Slides in order; pages count from 1."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_zip(path, self._limits)
        try:
            source = Presentation(str(path))
            if len(source.slides) > self._limits.pages:
                raise too_large(path, f"{len(source.slides)} slides", str(self._limits.pages))
            sections = [section for number, slide in enumerate(source.slides, 1) for section in _slide(slide, number)]
            document = ParsedDocument((source.core_properties.title or "").strip(), tuple(sections))
        except (PythonPptxError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, OSError) as error:
            raise damaged(path, error) from error
        return check_text(path, document, self._limits)


def _slide(slide: Any, number: int) -> Iterator[Section]:  # noqa: ANN401 - python-pptx ships no types
    title = slide.shapes.title
    heading = " ".join(title.text_frame.text.split()) if title is not None else ""
    headings = (heading,) if heading else ()
    text: list[str] = []
    tables: list[Section] = []
    for shape in _shapes(slide.shapes):
        if shape.has_text_frame and (title is None or shape.shape_id != title.shape_id):
            text.extend(paragraph.text.strip() for paragraph in shape.text_frame.paragraphs)
        if getattr(shape, "has_table", False):
            rows = ([cell.text for cell in row.cells] for row in shape.table.rows)
            tables.append(table_section(rows, headings, page=number))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        text.append(slide.notes_slide.notes_text_frame.text.strip())
    body = "\n".join(line.replace("\x0b", "\n") for line in text if line)
    if body or (heading and not tables):  # a slide that is nothing but its title still says that
        yield Section(body or heading, headings, page=number)
    yield from tables


def _shapes(shapes: Any) -> Iterator[Any]:  # noqa: ANN401
    """All shapes, those inside groups too, top to bottom as far as the file says."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape
