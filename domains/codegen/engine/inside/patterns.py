"""Texts that a regular expression matches, and near misses, from the standard library's own parser."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterable
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


def examples(pattern: str, count: int, chance: random.Random) -> list[str]:
    """Return texts that match, and misses one step away; empty for what cannot be parsed."""
    try:
        tree, whole = parser.parse(pattern), re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return []
    found = dict.fromkeys(_one(tree, chance) for _ in range(count))
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


def _one(tree: Iterable[Any], chance: random.Random) -> str:
    return "".join(_part(str(kind), value, chance) for kind, value in tree)


def _part(kind: str, value: Any, chance: random.Random) -> str:  # noqa: ANN401 - the parser's own tuples
    write = _WRITERS.get(kind)
    return "" if write is None else write(value, chance)


def _repeat(value: Any, chance: random.Random) -> str:  # noqa: ANN401
    least, most, inner = value
    times = chance.randint(least, min(int(most), least + _MORE))
    return "".join(_one(inner, chance) for _ in range(times))


def _choice_of(value: Any, chance: random.Random) -> str:  # noqa: ANN401
    allowed = [text for kind, inner in value if str(kind) != "NEGATE" for text in _members(str(kind), inner)]
    if value and str(value[0][0]) == "NEGATE":
        allowed = [c for c in string.ascii_letters + string.digits + " -_.," if c not in set(allowed)]
    return chance.choice(allowed) if allowed else ""


def _members(kind: str, inner: Any) -> list[str]:  # noqa: ANN401
    if kind == "LITERAL":
        return [chr(inner)]
    if kind == "RANGE":
        return [chr(code) for code in range(inner[0], min(inner[1], inner[0] + 200) + 1)]
    return list(_SETS.get(str(inner), "a"))


_WRITERS: dict[str, Callable[[Any, random.Random], str]] = {
    "LITERAL": lambda value, _: chr(value),
    "NOT_LITERAL": lambda value, _: "a" if value != ord("a") else "b",
    "ANY": lambda _, chance: chance.choice("ab1 "),
    "IN": _choice_of,
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "POSSESSIVE_REPEAT": _repeat,
    "BRANCH": lambda value, chance: _one(chance.choice(value[1]), chance),
    "SUBPATTERN": lambda value, chance: _one(value[3], chance),
    "ATOMIC_GROUP": _one,
}
