"""Sentences of Chinese and English text, mixed or not."""

from __future__ import annotations

import re

_END = re.compile(
    r"""
      [。！？；…]+["'”’」』）)】]*       # Chinese: the mark ends the sentence, closing quotes belong to it
    | [.!?]+["'”’)\]]*(?=\s)            # English: a mark and a blank
    | \n+                               # a line break ends a sentence that has no mark
    """,
    re.VERBOSE,
)
_ABBREVIATIONS = """
dr mr mrs ms prof st sr jr vs e.g i.e cf approx dept inc ltd jan feb mar apr jun jul aug sep sept oct nov dec
u.s u.k ph.d
"""
_BEFORE_NUMBERS = "no nos fig figs eq eqs vol ch sec art p pp"


def _words(names: str) -> str:
    return "|".join(map(re.escape, names.split()))


_ABBREVIATION = re.compile(rf"(?:^|[\s(\[“\"'])(?:{_words(_ABBREVIATIONS)}|(?-i:[A-Z]))\.$", re.IGNORECASE)
_NUMBERED = re.compile(rf"(?:^|[\s(\[“\"'])(?:{_words(_BEFORE_NUMBERS)})\.$", re.IGNORECASE)
_NUMBER = re.compile(r"\s+\d")


def split_sentences(text: str) -> list[str]:
    """Cut text into sentences, the blanks after each kept with it: `"".join(split_sentences(t)) == t`.

    "Dr. Smith paid $3.5 m." is one sentence, "不行。为什么？" two.
    """
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if match.group() == "." and _is_abbreviation(text, start, end):
            continue
        while end < len(text) and text[end].isspace():
            end += 1
        if end <= start:
            continue
        if text[start:end].strip() or not sentences:
            sentences.append(text[start:end])
        else:
            sentences[-1] += text[start:end]
        start = end
    if start < len(text):
        sentences.append(text[start:])
    return sentences


def _is_abbreviation(text: str, start: int, end: int) -> bool:
    """Whether the point before `end` belongs to a word of the sentence that begins at `start`."""
    if _ABBREVIATION.search(text, start, end):
        return True
    return bool(_NUMBERED.search(text, start, end) and _NUMBER.match(text, end))
