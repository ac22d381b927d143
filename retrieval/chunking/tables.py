"""Tables: rows stay whole, and every passage begins with the header."""

from __future__ import annotations

from retrieval.chunking.pieces import CountTokens, Piece, pieces_of
from retrieval.types import Section


def table_passages(section: Section, target: int, most: int, count: CountTokens) -> list[Piece]:
    """Group a table's rows into passages of about `target` tokens, each with the header line in front."""
    header, *rows = [line for line in section.text.split("\n") if line.strip()] or [""]
    if not rows:
        return pieces_of(section, most, count) if header else []
    head_tokens = count([header])[0]
    if head_tokens > most // 2:  # no table one can read: treat as text
        return pieces_of(Section(section.text, section.headings, section.page, section.line), most, count)
    passages: list[Piece] = []
    group: list[str] = []
    size = head_tokens
    first = 1

    def close(following: int) -> None:
        nonlocal group, size, first
        if group:
            line = None if section.line is None else section.line + first
            passages.append(Piece("\n".join([header, *group]), size, page=section.page, line=line))
        group, size, first = [], head_tokens, following

    for number, (row, tokens) in enumerate(zip(rows, count(rows), strict=True), start=1):
        if tokens + head_tokens > most:
            close(number + 1)
            passages.extend(_long_row(section, header, row, number, most - head_tokens, count))
            continue
        if size + tokens > target and group:
            close(number)
        group.append(row)
        size += tokens + 1
    close(len(rows) + 1)
    return passages


def _long_row(section: Section, header: str, row: str, number: int, room: int, count: CountTokens) -> list[Piece]:
    line = None if section.line is None else section.line + number
    parts = pieces_of(Section(row, page=section.page, line=line), room, count)
    texts = [f"{header}\n{part.text}" for part in parts]
    return [Piece(text, tokens, page=section.page, line=line) for text, tokens in zip(texts, count(texts), strict=True)]
