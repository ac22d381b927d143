"""A chapter of a book: XHTML whose every word counts, so that nothing is taken for an advert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import lxml.html
from lxml.etree import LxmlError

from retrieval.loaders.headings import HeadingPath
from retrieval.loaders.rows import table_section
from retrieval.types import Section

_INLINE = {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "img", "kbd", "mark", "q",
           "ruby", "rb", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}  # fmt: skip
_UNREAD = {"head", "script", "style", "template", "rt", "rp", "svg", "math"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


class Chapter:
    """Collects paragraphs under the headings that are open; use `sections`."""

    def __init__(self) -> None:
        self._path = HeadingPath()
        self._paragraphs: list[str] = []
        self._words: list[str] = []
        self._done: list[Section] = []

    def read(self, node: Any) -> None:  # noqa: ANN401 - lxml ships no types
        """Take an element and all within it."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _UNREAD:
            return
        if tag in _HEADINGS:
            self.close()
            self._path.enter(_HEADINGS[tag], node.text_content())
        elif tag == "table":
            self.close()
            self._done.append(table_section(_rows(node), self._path.current))
        else:
            self._flow(node, block=tag not in _INLINE)

    def close(self) -> list[Section]:
        """End the section that is open; returns all there are."""
        self._break()
        if self._paragraphs:
            self._done.append(Section("\n\n".join(self._paragraphs), self._path.current))
            self._paragraphs = []
        return self._done

    def _flow(self, node: Any, *, block: bool) -> None:  # noqa: ANN401
        if block:
            self._break()
        self._words.append(node.text or "")
        for child in node:
            self.read(child)
            self._words.append(child.tail or "")
        if block:
            self._break()

    def _break(self) -> None:
        text = " ".join("".join(self._words).split())
        self._words = []
        if text:
            self._paragraphs.append(text)


def chapter_sections(page: str) -> list[Section]:
    """Sections of a chapter in reading order; empty when it is no page at all."""
    chapter = Chapter()
    try:
        root = lxml.html.document_fromstring(page.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (LxmlError, ValueError):
        return []
    chapter.read(root)
    return chapter.close()


def _rows(table: Any) -> Iterator[list[str]]:  # noqa: ANN401
    for row in table.iter("tr"):
        yield [cell.text_content() for cell in row.iterchildren("td", "th")]
