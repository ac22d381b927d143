"""Ruled tables of a pdf, by pdfplumber; one that goes on overleaf gets its header there again."""

from __future__ import annotations

from typing import Any

from retrieval.loaders.paragraphs import paragraphs
from retrieval.loaders.rows import table_section
from retrieval.types import Section

_FOOT, _HEAD = 0.75, 0.25
_SAME_EDGE = 4.0  # points

Cells = list[list[str | None]]


class RuledTables:
    """Reads the pages of one file in order, and remembers the table that reached the foot of the last one."""

    def __init__(self) -> None:
        self._page = 0
        self._edges = (0.0, 0.0)
        self._header: list[str | None] = []

    def sections(self, page: Any, number: int) -> list[Section]:  # noqa: ANN401 - pdfplumber's types are not exported
        """Text outside the tables, then the tables; empty when there is no table of two rows and two columns."""
        tables = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.columns) > 1]
        if not tables:
            page.close()
            return []
        outside = page
        for table in tables:
            outside = outside.outside_bbox(_within(table.bbox, page.bbox))
        sections = [Section(paragraphs(outside.extract_text() or ""), page=number)]
        for table in tables:
            cells = self._with_header(table, page, number)
            self._remember(table, page, number, cells)
            sections.append(table_section(cells, page=number))
        page.close()
        return sections

    def _with_header(self, table: Any, page: Any, number: int) -> Cells:  # noqa: ANN401
        cells: Cells = table.extract()
        goes_on = (
            self._page == number - 1
            and table.bbox[1] < page.bbox[1] + _HEAD * page.height
            and len(cells[0]) == len(self._header)
            and max(abs(table.bbox[0] - self._edges[0]), abs(table.bbox[2] - self._edges[1])) < _SAME_EDGE
        )
        return [self._header, *cells] if goes_on and cells[0] != self._header else cells

    def _remember(self, table: Any, page: Any, number: int, cells: Cells) -> None:  # noqa: ANN401
        if table.bbox[3] > page.bbox[1] + _FOOT * page.height:
            self._page, self._edges, self._header = number, (table.bbox[0], table.bbox[2]), cells[0]


def _within(box: tuple[float, ...], page: tuple[float, ...]) -> tuple[float, ...]:
    return (max(box[0], page[0]), max(box[1], page[1]), min(box[2], page[2]), min(box[3], page[3]))
