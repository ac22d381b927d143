"""The sentences of the first hits, each with what it covers of the question and whether it holds a fitting value.

Checking and quoting look at the same sentences: the check asks how good the best is, quoting shows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from domains import sentences, words
from domains.evidence import terms
from domains.evidence.kinds import HAN_DIGITS, NUMBER, VALUES, Kind, asked_for, holds
from retrieval.types import Hit

_ZH_UNIT = re.compile(r"(?:几|多少)(?:个)?([\u4e00-\u9fff])")
_EN_UNIT = re.compile(r"\bhow many (?:more |other |different )?((?:[a-z-]+ )?[a-z-]+)")
_NO_UNIT = frozenset("钱是的才可能要在")
_AFTER = 45  # characters after a number in which its unit stands
_ANY_NUMBER = re.compile(NUMBER, re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d{2}")
_DIGITS = re.compile(r"\d[\d,.]*\d|\d")


@dataclass(frozen=True, slots=True)
class Place:
    """One sentence, or row of a table, of hit `number` (from 1).

    `shown` is how it reads on its own (a row with its header), `own` the share of the question's terms in it, `pair`
    with the sentence before, `around` with title and headings as well; `fits` says that it holds what is asked for,
    `unit` that a number stands there with the unit asked for.
    """

    number: int
    index: int
    shown: str
    text: str
    own: float
    pair: float
    around: float
    fits: bool
    unit: bool


def places(question: str, hits: Sequence[Hit]) -> list[Place]:
    """Look at every sentence of `hits`, in order."""
    asked, kind = terms.of(question), asked_for(question)
    return [place for number, hit in enumerate(hits, 1) for place in _of_hit(question, kind, asked, number, hit)]


def _of_hit(question: str, kind: Kind, asked: dict[str, float], number: int, hit: Hit) -> list[Place]:
    lines = sentences.split(hit.chunk.text)
    title = terms.shares(asked, terms.look(" ".join((hit.chunk.title, *hit.chunk.headings))))
    header = next((line for line in lines if " | " in line), None)
    wanted = unit_of(question)
    made: list[Place] = []
    before: tuple[float, ...] = tuple(0.0 for _ in asked)
    for index, line in enumerate(lines):
        row = header is not None and " | " in line and line != header
        shown = f"{header}\n{line}" if row else line
        found = terms.shares(asked, terms.look(shown))
        pair = tuple(map(max, found, before))
        fits = _fits(kind, line, question) and line != header
        made.append(
            Place(
                number,
                index,
                shown,
                line,
                terms.covered(asked, found),
                terms.covered(asked, pair),
                terms.covered(asked, tuple(map(max, pair, title))),
                fits,
                bool(fits and wanted and has_unit(wanted, line)),
            )
        )
        before = tuple(0.0 for _ in asked) if " | " in line else found
    return made


def _fits(kind: Kind, sentence: str, question: str) -> bool:
    """A value must be another than those that the question names itself."""
    if not holds(kind, sentence, question):
        return False
    if kind not in VALUES or kind == "money":
        return True
    given = set(_DIGITS.findall(words.fold(question)))
    values = [match[0].rstrip(".,") for match in _ANY_NUMBER.finditer(words.fold(sentence))]
    told = [value for value in values if value not in given and not (kind == "count" and _YEAR.fullmatch(value))]
    return bool(told) or not (values or given)


@lru_cache(maxsize=4096)
def unit_of(question: str) -> frozenset[str]:
    """Return what is counted: the measure word of 几张 or 多少户, the stems of "how many fingerprints"; often empty."""
    folded = words.fold(question)
    if match := _ZH_UNIT.search(folded):
        return frozenset(match[1]) - _NO_UNIT
    match = _EN_UNIT.search(folded)
    return frozenset(words.stem(word) for word in match[1].split() if word not in words.STOP) if match else frozenset()


def has_unit(units: frozenset[str], sentence: str) -> bool:
    """Say whether a number stands before one of the units."""
    folded = words.fold(sentence)
    if any("\u4e00" <= unit <= "\u9fff" for unit in units):
        return re.search(rf"[\d{HAN_DIGITS}]\s*[多余]?个?[{''.join(units)}]", folded) is not None
    return any(
        not units.isdisjoint(map(words.stem, re.findall(r"[a-z-]+", folded[found.end() : found.end() + _AFTER])[:4]))
        for found in _ANY_NUMBER.finditer(folded)
    )
