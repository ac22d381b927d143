"""Passages by structure: never across headings, whole paragraphs first, sentences where a paragraph is too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from retrieval.chunking.pieces import Counted, CountTokens, Piece, paragraphs, pieces_of
from retrieval.chunking.sentences import split_sentences
from retrieval.chunking.tables import table_passages
from retrieval.config import ChunkingConfig
from retrieval.types import ParsedDocument, Section


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text of one document, under one heading path; `page` and `line` are where it begins, the others where
    it ends.
    """

    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None
    line: int | None = None
    last_page: int | None = None
    last_line: int | None = None


def split(document: ParsedDocument, count: CountTokens, config: ChunkingConfig | None = None) -> list[Passage]:
    """Cut a document into passages, in reading order, of about `target` and never more than `most` tokens.

    `count` counts tokens as the encoder does. Passages that continue one another repeat up to `overlap`
    tokens of whole sentences.
    """
    config = config or ChunkingConfig()
    count = Counted(count, [text for section in document.sections if not section.table for text in paragraphs(section)])
    passages: list[Passage] = []
    for (headings, table), run in groupby(document.sections, key=lambda section: (section.headings, section.table)):
        if table:
            for section in run:
                pieces = table_passages(section, config.target, config.most, count)
                passages.extend(_passage([piece], headings) for piece in pieces)
        else:
            passages.extend(_text_passages(list(run), headings, config, count))
    return passages


def _text_passages(
    sections: list[Section], headings: tuple[str, ...], config: ChunkingConfig, count: CountTokens
) -> Iterator[Passage]:
    pieces = [piece for section in sections for piece in pieces_of(section, config.target, count)]
    for group in _packed(pieces, config, count):
        yield _passage(group, headings)


def _passage(group: list[Piece], headings: tuple[str, ...]) -> Passage:
    first, last = group[0], group[-1]
    return Passage(_joined(group), headings, first.page, first.line, last.page, last.last_line)


def _packed(pieces: list[Piece], config: ChunkingConfig, count: CountTokens) -> Iterator[list[Piece]]:
    """Fill groups up to the target; a short last group joins the one before where `most` allows."""
    group: list[Piece] = []
    size = 0
    waiting: list[Piece] | None = None
    group_start = 0
    for piece in pieces:
        if group and size + piece.tokens > config.target:
            if waiting is not None:
                yield waiting
            waiting = group
            group = _overlap(group, config.overlap, count)
            size = sum(part.tokens for part in group)
            group_start = len(group)
        group.append(piece)
        size += piece.tokens
    if waiting is None:
        if group:
            yield group
        return
    fresh = group[group_start:]
    together = sum(piece.tokens for piece in [*waiting, *fresh])
    if sum(piece.tokens for piece in fresh) < config.target // 4 and together <= config.most - _SEAMS:
        yield [*waiting, *fresh]
    else:
        yield waiting
        yield group


_SEAMS = 16  # tokens that joining may add: separators, and words that merge differently


def _overlap(group: list[Piece], budget: int, count: CountTokens) -> list[Piece]:
    """Take the last sentences of a group that fit into `budget` tokens."""
    piece = group[-1]
    sentences = split_sentences(piece.text)
    sizes = count(sentences)
    taken = len(sentences)
    while taken > 0 and budget >= sizes[taken - 1]:
        taken -= 1
        budget -= sizes[taken]
    text = "".join(sentences[taken:]).strip()
    if not text or (taken == 0 and len(group) == 1):  # nothing fits, or all of it would be said twice
        return []
    line = None if piece.line is None else piece.line + "".join(sentences[:taken]).count("\n")
    return [Piece(text, sum(sizes[taken:]), piece.before, piece.page, line, piece.last_line)]


def _joined(group: list[Piece]) -> str:
    return group[0].text + "".join(piece.before + piece.text for piece in group[1:])
