"""Text cut into sentences, Chinese and English, rows of tables and items of lists each on their own."""

from __future__ import annotations

import re

# A stop ends a sentence when a space or the end follows (so that 3.5 and v1.2 stay whole) and what precedes it is no
# common abbreviation and no number of a list's item ("2. Open the lid"); a Chinese stop needs nothing after it. Closing
# quotes and brackets belong to the sentence.
_ABBREVIATION = r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bvs)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\bMrs)(?<!\betc)(?<!\bFig)"
_END = re.compile(rf"""(?:{_ABBREVIATION}[.!?]+["')\]”’]*(?=\s|\Z)|[。！？；]+[”’」』）]*)""")
_ITEM = re.compile(r"\s*\d{1,2}\.")
_NEAR = 64  # characters before a stop that are looked at for the beginning of its line
_BLANK = re.compile(r"\s+")
_CUT = re.compile(rf"(?:{_END.pattern})|\n")


def split(text: str) -> list[str]:
    """Cut `text` into sentences, stripped, inner space collapsed, none empty; every line break cuts."""
    return [sentence for line in text.splitlines() for sentence in _of_line(_BLANK.sub(" ", line.strip()))]


def cut(text: str) -> list[str]:
    """Cut `text` where `split` does, losing nothing: the pieces joined are the text."""
    ends = [end.end() for end in _CUT.finditer(text) if not _counts(text, end.end())]
    return [text[begin:end] for begin, end in zip([0, *ends], [*ends, len(text)], strict=True) if begin < end]


def _counts(text: str, end: int) -> bool:
    """Say whether the stop before `end` belongs to the number that begins a line."""
    line = text[max(0, end - _NEAR) : end].splitlines()[-1]
    return _ITEM.fullmatch(line) is not None


def _of_line(line: str) -> list[str]:
    sentences: list[str] = []
    begin = 0
    for end in _END.finditer(line):
        if _counts(line, end.end()):
            continue
        sentences.append(line[begin : end.end()].strip())
        begin = end.end()
    sentences.append(line[begin:].strip())
    return [sentence for sentence in sentences if sentence]
