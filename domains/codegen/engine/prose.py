"""What prose promises, in any language: bounds of a result, and values that a condition forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NUMBER = r"(-?\d+(?:\.\d+)?)"
EMPTY = "empty"
"""Stands for the empty text or list among forbidden values."""
_RESULT = re.compile(r"(?:returns?|result|:returns?:|:return:)[^\n]*", re.I)
_BETWEEN = re.compile(rf"between {NUMBER} and {NUMBER}", re.I)
_NOT_NEGATIVE = re.compile(r"\b(?:non-?negative|never negative|not negative|never below (?:zero|0))\b", re.I)
_AT_MOST = re.compile(rf"\b(?:at most|never (?:more|greater) than|never exceeds|never above) {NUMBER}", re.I)
_AT_LEAST = re.compile(rf"\b(?:at least|never (?:less|smaller) than|never below) {NUMBER}", re.I)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a result keeps to, and the line that says so."""

    low: float | None = None
    high: float | None = None
    said: str = ""

    def hold(self, number: float) -> bool:
        """Whether a number keeps to them."""
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)


def bounds(documentation: str) -> Bounds:
    """Read the bounds of the result out of documentation."""
    for line in _RESULT.findall(documentation):
        between = _BETWEEN.search(line)
        if between is not None:
            return Bounds(float(between[1]), float(between[2]), line.strip())
        low, high = _AT_LEAST.search(line), _AT_MOST.search(line)
        floor = 0.0 if _NOT_NEGATIVE.search(line) else float(low[1]) if low else None
        if floor is not None or high is not None:
            return Bounds(floor, float(high[1]) if high else None, line.strip())
    return Bounds()


def forbidden(name: str, when: str, *, number: bool) -> Iterator[str]:
    """Return values of a parameter that a condition in prose forbids: numbers as written, or EMPTY.

    `when` is what stands behind an exception: "if price is negative", "percent is not between 0 and 100".
    """
    about = rf"\b{re.escape(name)}\b[`'\"]*\s+(?:is|are|was|were)\s+"
    if re.search(about + r"empty\b", when) and not number:
        yield EMPTY
    if not number:
        return
    if re.search(about + r"(?:\w+ or )?negative\b", when):
        yield "-1"
    if re.search(about + r"(?:zero|not positive)\b|" + about + r"\w+ or zero\b", when):
        yield "0"
    for found in re.finditer(about + rf"(?:less|smaller|lower|below)(?: than)? {NUMBER}(?!\w)", when):
        yield str(int(float(found[1])) - 1)
    for found in re.finditer(about + rf"(?:more|greater|larger|above|higher)(?: than)? {NUMBER}(?!\w)", when):
        yield str(int(float(found[1])) + 1)
    for found in re.finditer(about + rf"(?:not between|outside(?: of)?) {NUMBER}(?: and | to |-|–){NUMBER}", when):
        yield str(int(float(found[1])) - 1)
        yield str(int(float(found[2])) + 1)
