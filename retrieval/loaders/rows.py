"""Rows of cells as a table section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retrieval.types import Section


def table_section(
    rows: Iterable[Sequence[object]], headings: tuple[str, ...] = (), page: int | None = None, line: int | None = None
) -> Section:
    """Write rows as lines "a | b | c", empty ones left out; line breaks within a cell become blanks."""
    lines = [" | ".join(_cell(cell) for cell in row) for row in rows]
    return Section("\n".join(text for text in lines if text.strip(" |")), headings, page, line, table=True)


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
