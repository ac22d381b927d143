"""Does the question name something that the curated entry never speaks of?

"How much is the education plan?" is near "What does it cost?", yet an entry that never says "education" cannot
answer it. What counts is content: two unknown Han characters in a row, or two unknown English words.
"""

from __future__ import annotations

import re
from functools import lru_cache

_HAN_FILLER = frozenset(
    "的了吗呢吧么啊呀嘛是请我你您他她想要能可以会怎如何什应该下有在到几多少哪个和与或及也都就还把被给对从为时候需样些"
    "这那里来去做用没不过后前谁"
)
_ENGLISH_WORDS = """
a an the is are was were be been am do does did can could will would shall should may might please of it its there
this that these those so just hi hello how what which when where why who i you we they my your our me us in on at
to for from with by and or if not no any some get got have has had long much many about into than then too also as
up out off over under need want like make take know tell find use let lets
"""
_ENGLISH_FILLER = frozenset(_ENGLISH_WORDS.split())
_WORD = re.compile(r"[a-z][a-z0-9]+")
_HAN = re.compile("[\u4e00-\u9fff]+")
_STEM = 5
"""English words are the same from their first letters on: refund, refunds, refunded."""
ALLOWED = 1
_ENTRIES = 2048
"""Texts of entries whose words are remembered: about 10 KB each where the answer is long."""


def names_something_new(asked: str, known: str) -> bool:
    """Compare a folded question with everything (folded) that the entry says: its ways to ask and its answer."""
    return _han_run(asked, known) > ALLOWED or _new_words(asked, known) > ALLOWED


def _han_run(asked: str, known: str) -> int:
    """Length of the longest run of Han characters that carry content and occur nowhere in `known`."""
    blocks = _HAN.findall(asked)
    if not blocks:
        return 0
    seen, longest = _characters(known), 0
    for block in blocks:
        run = 0
        for char in block:
            run = 0 if char in seen else run + 1
            longest = max(longest, run)
    return longest


def _new_words(asked: str, known: str) -> int:
    stems = _stems(known)
    content = {word for word in _WORD.findall(asked) if word not in _ENGLISH_FILLER}
    return sum(word[:_STEM] not in stems for word in content)


@lru_cache(maxsize=_ENTRIES)
def _characters(known: str) -> frozenset[str]:
    """What an entry's text consists of, once an entry: to ask for each question took a tenth of its time."""
    return frozenset(known) | _HAN_FILLER


@lru_cache(maxsize=_ENTRIES)
def _stems(known: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _WORD.findall(known))
