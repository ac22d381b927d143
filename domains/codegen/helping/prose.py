"""Whether a sentence of the documentation really says what a model read in it.

The model never sees the code here: shown a wrong program it would read the documentation as if the program were right.
"""

from __future__ import annotations

import re
from typing import Any

from domains.codegen.engine.naming import spelled
from domains.codegen.helping.language import SHORTEST, UNDEFINED, UNKNOWN, About, Call, Claim, Language, Prose, Scenario

_WORDS = {word: n for n in range(13) if (word := spelled(n))} | {"hundred": 100, "thousand": 1000, "零": 0}
_SAME = re.compile(r"\b(?:unchanged|same|as is|as it is|itself|keeps?|not changed)\b|不变|原样", re.IGNORECASE)
_RAISING = re.compile(r"^(?:raises|throws|rejects with)\s+")
_ERROR = re.compile(r"\w+(?:Error|Exception)")


def claim(
    prose: Prose, quote: str, call: str, expected: str, language: Language[Scenario, Any, Any, Any]
) -> Claim[Scenario] | None:
    """Read one example of the model; None where the sentence does not bear it, or it is no plain call."""
    quote = " ".join(quote.split()).strip("“” ")
    found = language.read(call)
    bare = _RAISING.sub("", expected.strip()).strip()
    raising = bool(_RAISING.match(expected.strip()) or _ERROR.fullmatch(bare))
    value = "" if raising else language.literal(expected) or ""
    if found is None or found.symbol != prose.symbol or not (raising or value):
        return None
    if len(quote) < SHORTEST or quote.casefold() not in prose.text.casefold():
        return None
    if not any(_says(quote, language.value(text)) for text in found.given):
        return None
    if raising:
        return Claim(found, quote, "", bare) if re.search(rf"\b{re.escape(bare)}\b", quote) else None
    return Claim(found, quote, value, "") if _bears(quote, found, value, language) else None


def _bears(quote: str, call: Call[Scenario], value: str, language: Language[Scenario, Any, Any, Any]) -> bool:
    """Whether a sentence gives the value; what was given comes back only where it says so."""
    returned = any(_equal(text, value, language) for text in call.given)
    return bool(_SAME.search(quote)) if returned else _says(quote, language.value(value))


def met(claim: Claim[Scenario], about: About, language: Language[Scenario, Any, Any, Any]) -> bool:
    """Whether what was seen is what the sentence says."""
    if claim.raises:
        return about.raises == claim.raises
    return bool(about.result) and _equal(about.result, claim.value, language)


def _says(quote: str, value: object) -> bool:
    """Whether a sentence speaks of a value: its number, its text, that it is empty, none, true, false, or negative."""
    low = quote.casefold()
    if value is None or value is UNDEFINED or isinstance(value, bool):
        names = r"none|null" if value is None else str(value).casefold()
        return re.search(rf"\b(?:{names})\b", low) is not None
    if isinstance(value, int | float):
        return _says_number(low, float(value))
    if isinstance(value, str) and value.strip():
        return value in quote and (len(value) > 2 or f"'{value}'" in quote or f'"{value}"' in quote)
    if isinstance(value, str | bytes | list | tuple | set | frozenset | dict) and not (
        value and (not isinstance(value, str) or value.strip())
    ):
        return re.search(r"\b(?:empty|blank)\b|空", low) is not None
    if isinstance(value, dict):
        return all(_says(quote, item) for item in [*value.keys(), *value.values()])
    return isinstance(value, list | tuple | set | frozenset) and all(_says(quote, item) for item in value)


def _says_number(low: str, value: float) -> bool:
    said = {float(found) for found in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", low)}
    said |= {float(n) for word, n in _WORDS.items() if re.search(rf"\b{word}\b", low) or (word == "零" and word in low)}
    return value in said or (value < 0 and re.search(r"\bnegative\b|负", low) is not None)


def _equal(one: str, other: str, language: Language[Scenario, Any, Any, Any]) -> bool:
    left, right = language.value(one), language.value(other)
    if one == other:
        return True
    if left is UNKNOWN or right is UNKNOWN:
        return False
    if isinstance(left, float) and isinstance(right, float | int) and not isinstance(right, bool):
        return abs(left - right) <= 1e-9 * max(1.0, abs(left))
    return bool(left == right)
