"""Pieces: the smallest runs of a section that a passage is packed from, each measured in tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_text_splitters import RecursiveCharacterTextSplitter

from retrieval.chunking.sentences import split_sentences
from retrieval.types import Section

CountTokens = Callable[[Sequence[str]], list[int]]

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_CUTS = ["\n", "。", "；", ";", "，", ", ", "、", " ", ""]


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is not cut further, its size in tokens, and what stands before it when it is not first.

    It stands on one page, and on the lines from `line` to `last_line`.
    """

    text: str
    tokens: int
    before: str = "\n\n"
    page: int | None = None
    line: int | None = None
    last_line: int | None = None


class Counted:
    """Counts texts that it was told of at the beginning by one call, the others when they are asked for."""

    def __init__(self, count: CountTokens, ahead: Sequence[str]) -> None:
        self._count = count
        texts = list(dict.fromkeys(ahead))
        self._known = dict(zip(texts, count(texts), strict=True)) if texts else {}

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        if fresh := [text for text in dict.fromkeys(texts) if text not in self._known]:
            self._known.update(zip(fresh, self._count(fresh), strict=True))
        return [self._known[text] for text in texts]


def paragraphs(section: Section) -> list[str]:
    """The paragraphs of a section, each as it is counted."""
    return _paragraphs(section)[0]


def pieces_of(section: Section, most: int, count: CountTokens) -> list[Piece]:
    """Cut a section: paragraphs where they fit into `most` tokens, else sentences, else parts of sentences."""
    paragraphs, lines = _paragraphs(section)
    pieces: list[Piece] = []
    for paragraph, line, tokens in zip(paragraphs, lines, count(paragraphs), strict=True):
        if tokens <= most:
            last = None if line is None else line + paragraph.count("\n")
            pieces.append(Piece(paragraph, tokens, page=section.page, line=line, last_line=last))
        else:
            pieces.extend(_sentence_pieces(paragraph, line, section.page, most, count))
    return pieces


def _paragraphs(section: Section) -> tuple[list[str], list[int | None]]:
    texts: list[str] = []
    lines: list[int | None] = []
    position = 0
    for text in _PARAGRAPH.split(section.text):
        start = section.text.index(text, position)
        position = start + len(text)
        if text.strip():
            start += len(text) - len(text.lstrip("\n"))
            texts.append(text.strip("\n").rstrip())
            lines.append(None if section.line is None else section.line + section.text.count("\n", 0, start))
    return texts, lines


def _sentence_pieces(text: str, line: int | None, page: int | None, most: int, count: CountTokens) -> list[Piece]:
    pieces: list[Piece] = []
    parts = split_sentences(text)
    offset = 0
    before = "\n\n"
    for part, tokens in zip(parts, count(parts), strict=True):
        at = None if line is None else line + text.count("\n", 0, offset)
        last = None if at is None else at + part.rstrip().count("\n")
        cut = [part] if tokens <= most else _cut(part, most, count)
        for bit, size in zip(cut, count(cut), strict=True):
            pieces.append(Piece(bit.strip(), size, before, page, at, last))
            before = ""
        offset += len(part)
        before = part[len(part.rstrip()) :]
    return [piece for piece in pieces if piece.text]


def _cut(text: str, most: int, count: CountTokens) -> list[str]:
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=most,
        chunk_overlap=0,
        separators=_CUTS,
        keep_separator="end",
        strip_whitespace=False,
        length_function=lambda part: count([part])[0],
    )
    return splitter.split_text(text)
