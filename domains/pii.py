"""Personal data in text: found by shape, confirmed by checksum where one exists, masked by kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A span [start, end) of `text` and what it is: email, phone, id_card, bank_card, iban, ssn, ip."""

    kind: str
    start: int
    end: int


def luhn(digits: str) -> bool:
    """Check the last digit of a card number (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return len(set(digits)) > 1 and luhn(digits)


def _is_resident_id(text: str) -> bool:
    """Check the last character of a Chinese resident's number (GB 11643-1999)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True))
    return "10X98765432"[total % 11] == text[17].upper()


def _is_iban(text: str) -> bool:
    """Check the two digits after the country (ISO 13616)."""
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def _always(_: str) -> bool:
    return True


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("email", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"), _always),
    (
        "id_card",
        re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?![\dA-Za-z])"),
        _is_resident_id,
    ),
    ("iban", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), _is_iban),
    ("bank_card", re.compile(r"(?<![\d+])(?<!\d[.-])\d(?:[ -]?\d){12,18}(?!\.?\d)"), _is_card),
    ("ssn", re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])"), _always),
    ("phone", re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), _always),
    ("phone", re.compile(r"(?<![\d-])(?:\+1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}(?![\d-])"), _always),
    ("phone", re.compile(r"(?<!\w)\+\d{1,3}(?:[ -]?\d{2,4}){2,5}(?!\d)"), _always),
    (
        "ip",
        re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])"),
        _always,
    ),
)


def find(text: str) -> list[Found]:
    """Return what is personal in `text`, in order, without overlaps; the rule that comes first wins."""
    taken: list[Found] = []
    for found in _matches(text):
        if all(found.end <= other.start or found.start >= other.end for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def _matches(text: str) -> Iterator[Found]:
    for kind, pattern, confirmed in _RULES:
        for match in pattern.finditer(text):
            if confirmed(match[0]):
                yield Found(kind, match.start(), match.end())


def mask(text: str, kinds: frozenset[str] | None = None) -> str:
    """Put `[kind]` in place of what is personal; only those of `kinds` when given."""
    parts: list[str] = []
    done = 0
    for found in find(text):
        if kinds is None or found.kind in kinds:
            parts += [text[done : found.start], f"[{found.kind}]"]
            done = found.end
    return "".join([*parts, text[done:]])
