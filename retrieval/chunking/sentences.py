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
dr mr mrs ms prof st sr jr vs etc e.g i.e cf no nos fig figs eq eqs vol ch sec art approx dept inc ltd co corp
jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k ph.d al p pp
"""
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"'])(?:" + "|".join(map(re.escape, _ABBREVIATIONS.split())) + r"|[A-Za-z])\.$", re.IGNORECASE
)


def split_sentences(text: str) -> list[str]:
    """Cut text into sentences, the blanks after each kept with it: `"".join(split_sentences(t)) == t`.

    "Dr. Smith paid $3.5 m." is one sentence, "不行。为什么？" two.
    """
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if match.group().startswith(".") and _ABBREVIATION.search(text, start, match.start() + 1):
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
