"""Tables: rows stay whole, and every passage begins with the header."""

from __future__ import annotations

from retrieval.chunking.pieces import CountTokens, Piece, pieces_of
from retrieval.types import Section


def table_passages(section: Section, target: int, most: int, count: CountTokens) -> list[Piece]:
    """Group a table's rows into passages of about `target` tokens, each with the header line in front.

    An empty line is no row, but counts where lines are numbered.
    """
    numbered = [(number, line) for number, line in enumerate(section.text.split("\n")) if line.strip()]
    (_, header), *rows = numbered or [(0, "")]
    if not rows:
        return pieces_of(section, most, count) if header else []
    head_tokens = count([header])[0]
    if head_tokens > most // 2:  # no table one can read: treat as text
        return pieces_of(Section(section.text, section.headings, section.page, section.line), most, count)
    passages: list[Piece] = []
    group: list[tuple[int, str]] = []
    size = head_tokens

    def close() -> None:
        nonlocal group, size
        if group:
            text = "\n".join([header, *(row for _, row in group)])
            first, last = _line(section, group[0][0]), _line(section, group[-1][0])
            passages.append(Piece(text, size, page=section.page, line=first, last_line=last))
        group, size = [], head_tokens

    for (number, row), tokens in zip(rows, count([row for _, row in rows]), strict=True):
        if tokens + head_tokens > most:
            close()
            passages.extend(_long_row(section, header, row, number, most - head_tokens, count))
            continue
        if size + tokens > target and group:
            close()
        group.append((number, row))
        size += tokens + 1
    close()
    return passages


def _line(section: Section, number: int) -> int | None:
    return None if section.line is None else section.line + number


def _long_row(section: Section, header: str, row: str, number: int, room: int, count: CountTokens) -> list[Piece]:
    line = _line(section, number)
    parts = pieces_of(Section(row, page=section.page, line=line), room, count)
    texts = [f"{header}\n{part.text}" for part in parts]
    return [
        Piece(text, tokens, page=section.page, line=line, last_line=line)
        for text, tokens in zip(texts, count(texts), strict=True)
    ]
