"""What a finished answer from sources must be: tied to a source by a citation, free of numbers that nobody gave."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domains import numbers, sentences
from domains.citations import cited

_FENCED = re.compile(r"(`{3,}.*?(?:`{3,}|\Z))", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]*`")
# What small models add to an answer: a sentence that says nothing but where the one before was found.
_POINTER = re.compile(
    r"\W*(?:(?:this|the|that|these)\s(?:information|answer|data|details?|figures?|statement)|it)\s[^.!?]{0,30}?"
    r"\b(?:found|stated|mentioned|given|provided|available|listed|comes?|taken|based|from)\b[^.!?,]{0,30}?"
    r"\b(?:sources?|documents?|passages?|texts?)\b(?:\s(?:provided|above|number|\d+))*\s*(?:[.!]|,\swhich|\Z)"
    r"|\W*(?:(?:该|此|这些?|以上|上述)(?:信息|内容|答案|数据|说法|回答)|信息|答案)[^。！？，]{0,6}"
    r"(?:来自|出自|来源于|源自|见于?|引自|基于|依据|可在)[^。！？，]{0,8}(?:资料|文档|来源)[\d一二三中里]{0,2}(?:找到|查到)?\s*(?:[。！]|\Z)",
    re.IGNORECASE,
)


def tied(answer: str, given: Sequence[str]) -> str | None:
    """Return the answer without what may not stand in it; None when nothing cited is left.

    Sentences go that hold a number from nowhere, or only point to the sources in words without citing one.
    `given` is all that numbers may come from: sources, question, what the house itself says. Code is left alone.
    """
    kept = "".join(piece for piece in _pieces(answer) if not points(piece))
    if numbers.ungrounded(without_code(kept), given):
        kept = "".join(piece for piece in _pieces(kept) if not numbers.ungrounded(without_code(piece), given))
    return kept.rstrip() if cited(without_code(kept)) else None


def points(sentence: str) -> bool:
    """Say whether a sentence speaks of the sources instead of answering: "This information is found in the text."."""
    return not cited(sentence) and _POINTER.match(sentence) is not None


def without_code(answer: str) -> str:
    """Take out what stands between backticks: `a[1]` cites nothing."""
    return _INLINE.sub(" ", _FENCED.sub(" ", answer))


def _pieces(answer: str) -> list[str]:
    """Sentences and blocks of code; joined they are the answer."""
    pieces: list[str] = []
    for index, part in enumerate(_FENCED.split(answer)):
        pieces += [part] if index % 2 else sentences.cut(part)
    return pieces
