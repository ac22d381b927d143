"""A light English stemmer: plurals, -ing, -ed and the commonest suffixes.

After Harman's S-stemmer (1991, "How effective is suffixing?") and the first steps of Porter (1980); light on purpose:
"universe" and "university" stay apart.
"""

from __future__ import annotations

import re
from functools import lru_cache

_VOWEL = re.compile("[aeiouy]")
_DOUBLE = re.compile(r"([bdfgmnprt])\1$")
_SHORT = 4


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Stem one lower-case word; words that are short or not plain ASCII letters are returned as they are."""
    if len(word) < _SHORT or not word.isascii() or not word.isalpha():
        return word
    word = _singular(word)
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and _VOWEL.search(word[: -len(suffix)]) and len(word) - len(suffix) > 2:
            return _undoubled(word[: -len(suffix)])
    if word.endswith("ly") and len(word) > 5:
        word = word[:-2]
    return word[:-1] if word.endswith("e") and len(word) > _SHORT else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4 and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("us", "ss", "is")):
        return word[:-1]
    return word


def _undoubled(word: str) -> str:
    word = _DOUBLE.sub(r"\1", word)
    return word[:-1] if word.endswith("e") and len(word) > _SHORT else word
