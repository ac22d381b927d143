"""Lines that a page's width broke, joined into paragraphs again."""

from __future__ import annotations

import re

from retrieval.language import HAN

_ENDS = ("。", "！", "？", "；", "：", ".", "!", "?", ":", ";", "”", "」")
_ITEM = re.compile(
    r"^\s*(?:[•●▪·]|[-*](?!\d)|\(?\d{1,3}(?:[)、]|\.(?!\d))|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)"
)
"""Begins an item of a list; "12.3%" and "-5" begin a line that the page's width broke."""
_HAN_EDGE = re.compile(f"[{HAN}，、（《“]$")


def paragraphs(text: str) -> str:
    """Join lines; one that ends well before the margin ends its paragraph. Paragraphs are parted by an empty line."""
    lines = [line.strip() for line in text.replace("\x00", "").split("\n")]
    widest = max((len(line) for line in lines), default=0)
    joined: list[str] = []
    open_line = False
    for line in lines:
        if not line:
            open_line = False
        elif open_line and not _ITEM.match(line):
            joined[-1] = _glued(joined[-1], line)
            open_line = not _closes(line, widest)
        else:
            joined.append(line)
            open_line = not _closes(line, widest)
    return "\n\n".join(joined)


def _closes(line: str, widest: int) -> bool:
    """Whether a line is the last of its paragraph: shorter than the page is wide, or a sentence's end."""
    return len(line) < widest * 0.6 or (line.endswith(_ENDS) and len(line) < widest * 0.9)


def _glued(before: str, line: str) -> str:
    if before.endswith("-") and line[:1].islower():
        return before[:-1] + line
    return before + ("" if _HAN_EDGE.search(before) else " ") + line
