"""Texts that a regular expression matches, and near misses, from the standard library's own parser."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

parser: Any = __import__("re._parser", fromlist=["parse"])
_SETS = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": string.ascii_letters + string.digits + "_",
    "CATEGORY_SPACE": " \t",
    "CATEGORY_NOT_DIGIT": "ab-",
    "CATEGORY_NOT_WORD": " -.",
    "CATEGORY_NOT_SPACE": "a1-",
}
_MORE = 3
"""How often beyond the least an unbounded part is repeated."""
_NUMBERS = {"year": (1, 9999), "century": (1, 99), "month": (1, 12), "week": (1, 52), "weekday": (1, 7), "day": (1, 28),
            "hour": (0, 23), "minute": (0, 59), "second": (0, 59)}  # fmt: skip
"""What a group of digits of such a name holds: a month drawn from all pairs of digits is one in eight times one."""


def examples(pattern: str, count: int, chance: random.Random) -> list[str]:
    """Return texts that match, and misses one step away; empty for what cannot be parsed."""
    try:
        tree, whole = parser.parse(pattern), re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return []
    names = {number: name for name, number in tree.state.groupdict.items()}
    draw = _Draw(chance, names)
    found = dict.fromkeys(_one(tree, draw) for _ in range(count))
    good = [text for text in found if whole.search(text)]
    return list(dict.fromkeys([*good, *(miss for text in good[:4] for miss in near(text))]))


def near(text: str) -> list[str]:
    """Return texts one edit away: cut, lengthened, case changed, one character wrong."""
    if not text:
        return ["x"]
    wrong = "x" if text[-1].isdigit() else "1"
    other = str((int(text[-1]) + 1) % 10) if text[-1] in string.digits else wrong
    return [
        text[:-1],
        text[1:],
        text + wrong,
        text[:-1] + other,
        text.swapcase(),
        f" {text} ",
        text[:1] + wrong + text[2:],
    ]


@dataclass(frozen=True, slots=True)
class _Draw:
    """What a text is drawn with; `names` are those of groups, by their numbers."""

    chance: random.Random
    names: Mapping[int, str]


def _one(tree: Iterable[Any], draw: _Draw) -> str:
    return "".join(_part(str(kind), value, draw) for kind, value in tree)


def _part(kind: str, value: Any, draw: _Draw) -> str:  # noqa: ANN401 - the parser's own tuples
    write = _WRITERS.get(kind)
    return "" if write is None else write(value, draw)


def _repeat(value: Any, draw: _Draw) -> str:  # noqa: ANN401
    least, most, inner = value
    times = draw.chance.randint(least, min(int(most), least + _MORE))
    return "".join(_one(inner, draw) for _ in range(times))


def _group(value: Any, draw: _Draw) -> str:  # noqa: ANN401
    """Write what a group holds: a number that fits its name, of as many digits, where it holds digits alone."""
    text = _one(value[3], draw)
    name = draw.names.get(value[0], "").lower().strip("_0123456789")
    low, high = _NUMBERS.get(name, _NUMBERS.get(name.removesuffix("s"), (0, -1)))
    if high < low or not text.isdigit():
        return text
    return str(draw.chance.randint(low, min(high, 10 ** len(text) - 1))).zfill(len(text))


def _choice_of(value: Any, draw: _Draw) -> str:  # noqa: ANN401
    allowed = [text for kind, inner in value if str(kind) != "NEGATE" for text in _members(str(kind), inner)]
    if value and str(value[0][0]) == "NEGATE":
        allowed = [c for c in string.ascii_letters + string.digits + " -_.," if c not in set(allowed)]
    return draw.chance.choice(allowed) if allowed else ""


def _members(kind: str, inner: Any) -> list[str]:  # noqa: ANN401
    if kind == "LITERAL":
        return [chr(inner)]
    if kind == "RANGE":
        return [chr(code) for code in range(inner[0], min(inner[1], inner[0] + 200) + 1)]
    return list(_SETS.get(str(inner), "a"))


_WRITERS: dict[str, Callable[[Any, _Draw], str]] = {
    "LITERAL": lambda value, _: chr(value),
    "NOT_LITERAL": lambda value, _: "a" if value != ord("a") else "b",
    "ANY": lambda _, draw: draw.chance.choice("ab1 "),
    "IN": _choice_of,
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "POSSESSIVE_REPEAT": _repeat,
    "BRANCH": lambda value, draw: _one(draw.chance.choice(value[1]), draw),
    "SUBPATTERN": _group,
    "ATOMIC_GROUP": _one,
}
