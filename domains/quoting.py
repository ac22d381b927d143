"""When a source answers literally, its sentences are the answer: no model, no risk, milliseconds.

Careful on purpose: the question's words must nearly all stand in the sentences (or in their title and headings), a
date, an amount, a name must be there when one is asked for, and no second passage may look as good with other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domains import sentences, words
from domains.evidence.kinds import Kind, asked_for, holds
from domains.numbers import find
from retrieval.language import detect
from retrieval.types import Hit

CERTAIN = 0.75
"""Probability of the evidence check from which a quotation is tried."""

_DEPTH = 3
_LONGEST = {"en": 420, "zh": 180}  # characters
_COVERED = 0.75  # share of the question's words in sentences, title and headings together
_OWN = 0.5  # share in the sentences alone
_CLEAR = 0.12  # by how much the best must lead a rival from elsewhere
_QUOTABLE: frozenset[Kind] = frozenset({"date", "amount", "person", "place"})
_FIELD = re.compile(r"^[^:：|]{1,30}[:：]\s*\S")


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    number: int
    score: float
    own: float
    covered: float


def quote(question: str, hits: Sequence[Hit]) -> str | None:
    """Return one to three consecutive sentences, or a table's row with its header, marked [n]; None when in doubt.

    Sources in another language than the question's are never quoted.
    """
    kind = asked_for(question)
    asked = words.content(question)
    if kind not in _QUOTABLE or len(asked) < 2:
        return None
    language = detect(question)
    found = [
        candidate
        for number, hit in enumerate(hits[:_DEPTH], 1)
        if hit.chunk.language == language
        for candidate in _candidates(number, hit, asked, kind, question)
    ]
    if not found:
        return None
    found.sort(key=lambda candidate: (-candidate.score, candidate.number, len(candidate.text)))
    best = found[0]
    if best.own < _OWN or best.covered < _COVERED or len(best.text) > _LONGEST.get(language, 420):
        return None
    if any(_rivals(best, other) for other in found[1:]):
        return None
    return f"{best.text} [{best.number}]" if best.text.isascii() or language == "en" else f"{best.text}[{best.number}]"


def _candidates(number: int, hit: Hit, asked: frozenset[str], kind: Kind, question: str) -> list[_Candidate]:
    lines = sentences.split(hit.chunk.text)
    around = words.content(" ".join((hit.chunk.title, *hit.chunk.headings)))
    wanted = {found.value for found in find(question)}
    made: list[_Candidate] = []
    for text, core in _windows(lines):
        stated = {found.value for found in find(f"{hit.chunk.title} {text}")}
        if not holds(kind, core) or not wanted <= stated or _is_heading(core):
            continue
        own = words.content(text)
        share = words.overlap(asked, own)
        covered = words.overlap(asked, own | around)
        brevity = 0.02 * sentences_in(text)
        made.append(_Candidate(text, number, share + 0.3 * covered - brevity, share, covered))
    return made


def _windows(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of (what is shown, the sentence that must hold the answer)."""
    header = next((line for line in lines if " | " in line), None)
    made: list[tuple[str, str]] = []
    for index, line in enumerate(lines):
        if " | " in line:
            if line != header:
                made.append((f"{header}\n{line}", line))
            continue
        made.append((line, line))
        if index + 1 < len(lines) and " | " not in lines[index + 1] and not _FIELD.match(lines[index + 1]):
            made.append((_joined(line, lines[index + 1]), lines[index + 1]))
    return made


def _joined(first: str, second: str) -> str:
    return first + ("" if first[-1:] in "。！？；" else " ") + second


def sentences_in(text: str) -> int:
    """Count the sentences of a window."""
    return len(sentences.split(text))


def _is_heading(line: str) -> bool:
    return len(line) < 4 or line[-1:] in "?？:：" or line.startswith("#")


def _rivals(best: _Candidate, other: _Candidate) -> bool:
    """Another passage, nearly as good, that says something else."""
    if other.text in best.text or best.text in other.text:
        return False
    overlapping = other.number == best.number and bool(
        set(sentences.split(other.text)) & set(sentences.split(best.text))
    )
    return not overlapping and other.score > best.score - _CLEAR
