"""Text cut into sentences, Chinese and English, rows of tables and items of lists each on their own."""

from __future__ import annotations

import re

# A stop ends a sentence when a space or the end follows (so that 3.5 and v1.2 stay whole) and what precedes it is no
# common abbreviation; a Chinese stop needs nothing after it. Closing quotes and brackets belong to the sentence.
_ABBREVIATION = r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bvs)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\bMrs)(?<!\betc)(?<!\bFig)"
_END = re.compile(rf"""(?:{_ABBREVIATION}[.!?]+["')\]”’]*(?=\s|\Z)|[。！？；]+[”’」』）]*)""")
_BLANK = re.compile(r"\s+")
_CUT = re.compile(rf"(?:{_END.pattern})|\n")


def split(text: str) -> list[str]:
    """Cut `text` into sentences, stripped, inner space collapsed, none empty; every line break cuts."""
    return [sentence for line in text.splitlines() for sentence in _of_line(_BLANK.sub(" ", line.strip()))]


def cut(text: str) -> list[str]:
    """Cut `text` where `split` does, losing nothing: the pieces joined are the text."""
    ends = [end.end() for end in _CUT.finditer(text)]
    return [text[begin:end] for begin, end in zip([0, *ends], [*ends, len(text)], strict=True) if begin < end]


def _of_line(line: str) -> list[str]:
    sentences: list[str] = []
    begin = 0
    for end in _END.finditer(line):
        sentences.append(line[begin : end.end()].strip())
        begin = end.end()
    sentences.append(line[begin:].strip())
    return [sentence for sentence in sentences if sentence]
