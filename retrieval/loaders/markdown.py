"""Markdown, by markdown-it-py: headings, tables, everything else as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from retrieval.config import LoaderLimits
from retrieval.loaders.encoding import read_text
from retrieval.loaders.headings import HeadingPath
from retrieval.loaders.limits import check_size, check_text
from retrieval.types import ParsedDocument, Section

_FRONT_MATTER = re.compile(r"\A---\n(?P<body>.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:\s*[\"']?(?P<title>.+?)[\"']?\s*$", re.MULTILINE)
_INLINE = re.compile(r"!\[([^\]]*)\]\([^)]*\)|\[([^\]]+)\]\([^)]*\)|\*\*(.+?)\*\*|__(.+?)__")


class MarkdownLoader:
    """Sections by heading; a table is a section of its own."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_size(path, self._limits)
        return check_text(path, parse_markdown(read_text(path)), self._limits)


def parse_markdown(source: str) -> ParsedDocument:
    """Parse Markdown (CommonMark and tables); the title is the front matter's, or the first heading of level 1."""
    title = ""
    if front := _FRONT_MATTER.match(source):
        named = _FRONT_TITLE.search(front["body"])
        title = named["title"] if named else ""
        source = "\n" * front.group().count("\n") + source[front.end() :]
    lines = source.split("\n")
    tokens = _parser().parse(source)
    sections = tuple(_sections(tokens, lines))
    first = next((token for token in tokens if token.type == "heading_open" and token.tag == "h1"), None)
    if not title and first is not None:
        title = _plain(tokens[tokens.index(first) + 1].content)
    return ParsedDocument(title, sections)


@cache
def _parser() -> MarkdownIt:
    """One for all files: it keeps nothing of what it parsed. What stands within a line is left as it was written."""
    made = MarkdownIt("commonmark").enable("table")
    made.core.ruler.enableOnly(["normalize", "block"])
    return made


def _sections(tokens: list[Token], lines: list[str]) -> Iterator[Section]:
    path = HeadingPath()
    text: list[str] = []
    start = ended = 1

    def flush() -> Iterator[Section]:
        if any(block.strip() for block in text):
            yield Section("".join(text), path.current, line=start)
        text.clear()

    for number, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        begin, end = token.map
        block = "\n".join(lines[begin:end]).strip("\n")
        if token.type == "heading_open":
            yield from flush()
            path.enter(int(token.tag[1]), _plain(tokens[number + 1].content))
        elif token.type == "table_open":
            yield from flush()
            yield Section(_table(block), path.current, line=begin + 1, table=True)
        else:
            start = start if text else begin + 1
            if text:  # as far below the block before as in the file, so that its lines can be told
                text.append("\n" * max(2, begin + 1 - ended))
            text.append(block if token.type in {"fence", "code_block"} else _plain(block))
            ended = begin + 1 + block.count("\n")
    yield from flush()


def _table(block: str) -> str:
    rows = [row.strip().strip("|") for row in block.split("\n")]
    cells = [" | ".join(_plain(cell.strip()) for cell in row.split("|")) for row in rows]
    return "\n".join([*cells[:1], "", *cells[2:]])  # the line of dashes stays as an empty one: lines are counted


def _plain(text: str) -> str:
    """Drop the marks of links, images and bold type; their words stay."""
    return _INLINE.sub(lambda match: next((group for group in match.groups() if group is not None), ""), text)
