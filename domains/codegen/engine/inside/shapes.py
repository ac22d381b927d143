"""Values that fit a shape which probing found: texts, numbers, containers of what fits their items, objects."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import io
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.probing import Shape

_MOST = 14
_DEEP = 4
_KNOWN: tuple[tuple[type, str, tuple[str, ...]], ...] = (
    (str, "str", ()), (list, "list", ()), (dict, "dict", ()), (bytes, "bytes", ()), (set, "set", ()),
    (tuple, "tuple", ()), (int, "int", ()), (float, "float", ()),
    (dt.datetime, "", ("datetime.datetime(2024, 2, 29, 12, 30)", "datetime.datetime(1999, 12, 31, 23, 59, 59)")),
    (dt.date, "", ("datetime.date(2024, 2, 29)", "datetime.date(1999, 12, 31)")),
    (dt.time, "", ("datetime.time(0, 0)", "datetime.time(23, 59, 59)")),
    (dt.timedelta, "", ("datetime.timedelta(0)", "datetime.timedelta(days=-1, seconds=90)", "datetime.timedelta(400)")),
    (decimal.Decimal, "", ("decimal.Decimal('0')", "decimal.Decimal('10.55')", "decimal.Decimal('-3')")),
    (fractions.Fraction, "", ("fractions.Fraction(1, 3)", "fractions.Fraction(-5, 2)")),
    (io.StringIO, "", ("io.StringIO('')", "io.StringIO('first line\\nsecond line\\n')")),
    (io.BytesIO, "", ("io.BytesIO(b'')", "io.BytesIO(b'first line\\nsecond line\\n')")),
    (re.Pattern, "", ("re.compile('a')", "re.compile('[0-9]+')")),
    (collections.deque, "", ("collections.deque([1, 2, 3])",)),
)  # fmt: skip
"""Types of the language and its library: by kind in the pools, or by values of their own."""


class Fitting:
    """Makes sources of values for shapes. `foreign` are classes of the package under test, by how a test names them."""

    def __init__(self, pools: Pools, chance: random.Random, foreign: dict[str, tuple[type, list[str]]]) -> None:
        self._pools, self._chance, self._foreign = pools, chance, foreign

    def values(self, shape: Shape, depth: int = 0) -> list[str]:
        """Return values that fit, likely ones first."""
        if depth > _DEEP:
            return ["1", "'a'", "None"]
        found: list[list[str]] = [list(shape.equals)]
        uses = shape.uses
        found += self._objects(shape, depth)
        if "call" in uses:
            found.append(self._callables(shape, depth))
        if "text" in uses:
            found.append(self._pools.kind("str")[:_MOST])
        if "bytes" in uses:
            found.append(self._pools.kind("bytes"))
        if "mapping" in uses or (shape.keys and not _all_numbers(shape.keys)):
            found.append(self._mappings(shape, depth))
        if uses & {"iter", "index", "len"}:
            found += self._sequences(shape, depth)
        if uses & {"number", "order"}:
            found.append(self._pools.kind("int")[:_MOST] + self._pools.kind("float")[:6])
        return list(dict.fromkeys(_mixed(found)))

    def _objects(self, shape: Shape, depth: int) -> list[list[str]]:
        """Return values of the types that have most of the attributes; an object of that very shape where none has."""
        wanted = set(shape.attributes)
        if not wanted:
            return []
        scored = [(len(wanted & set(dir(kind))), values, name) for kind, name, values in _KNOWN]
        best = max(score for score, _, _ in scored)
        found = [self._pools.kind(_kind(name, self._inner(shape))) if name else list(values)
                 for score, values, name in scored if score == best > 0][:4]  # fmt: skip
        ours = [(len(wanted & set(dir(kind))), made) for kind, made in self._foreign.values() if made]
        most = max((score for score, _ in ours), default=0)
        if most >= max(best, 1):
            found = [[text for score, made in ours if score == most for text in made], *found]
        if max(best, most) < len(wanted):
            found.append(self._namespaces(shape, depth))
        return found

    def _inner(self, shape: Shape) -> Shape | None:
        return shape.item

    def _namespaces(self, shape: Shape, depth: int) -> list[str]:
        """Return objects with just these attributes."""
        rows = {name: self.values(inner, depth + 1) or ["1", "'a'", "None"] for name, inner in shape.attributes.items()}
        made = []
        for _ in range(8):
            named = (f"{name}={self._chance.choice(values[:_MOST])}" for name, values in list(rows.items())[:8])
            made.append(f"types.SimpleNamespace({', '.join(named)})")
        return made

    def _callables(self, shape: Shape, depth: int) -> list[str]:
        names = ", ".join("abcdefgh"[: shape.arity])
        first = ["lambda a: a", "lambda a: True", "lambda a: None", "str", "len"] if shape.arity == 1 else []
        if shape.arity == 2:
            first = ["lambda a, b: a", "lambda a, b: a < b", "lambda a, b: (a > b) - (a < b)", "max"]
        results = self.values(shape.result, depth + 1)[:4] if shape.result else ["1", "True", "None"]
        return [*first, *(f"lambda {names}: {text}".replace("lambda :", "lambda:") for text in results)]

    def _mappings(self, shape: Shape, depth: int) -> list[str]:
        values = self.values(shape.item, depth + 1)[:8] if shape.item else ["1", "'a'"]
        keys = list(shape.keys)[:6] or ["'a'", "'b'"]
        some = values or ["1", "'a'"]
        drawn = ["{" + ", ".join(f"{key}: {self._chance.choice(some)}" for key in keys) + "}" for _ in range(6)]
        return [*drawn, "{}"]

    def _sequences(self, shape: Shape, depth: int) -> list[list[str]]:
        if shape.item is None or not shape.item:
            return [self._pools.kind(name)[:8] for name in ("list_int", "str", "list_str", "tuple")]
        inner = self.values(shape.item, depth + 1)[:_MOST] or ["1"]
        size = max([2, *(int(key) + 1 for key in shape.keys if key.isdigit() and int(key) < 8)])
        parts = [[], inner[:1], inner[:2], inner[:3], list(reversed(inner[:4]))]
        parts += [[self._chance.choice(inner) for _ in range(self._chance.choice((size, 3, 5)))] for _ in range(8)]
        return [["[" + ", ".join(part) + "]" for part in parts], ["(" + ", ".join(parts[-1]) + ",)"]]


def _kind(name: str, inner: Shape | None) -> str:
    if name != "list":
        return name
    nested = inner is not None and bool(inner.uses & {"iter", "index", "len"})
    return "nested" if nested else "list_str" if inner is not None and "text" in inner.uses else "list_int"


def _all_numbers(keys: Iterable[str]) -> bool:
    return all(key.lstrip("-").isdigit() for key in keys)


def _mixed(lists: list[list[str]]) -> list[str]:
    longest = max((len(values) for values in lists), default=0)
    return [values[n] for n in range(longest) for values in lists if n < len(values)]


def foreign(own: dict[str, Any], top: str, works: Callable[[str], bool]) -> dict[str, tuple[type, list[str]]]:
    """Return classes that the module's names reach, with calls that make objects of them.

    Those of the names themselves, and those of modules of the same package among the names. `works` tries a call.
    """
    reached: dict[str, type] = {}
    for name, value in own.items():
        if isinstance(value, type) and not issubclass(value, BaseException) and value.__module__ != "builtins":
            reached.setdefault(name, value)
        elif top and getattr(value, "__name__", "").split(".")[0] == top and hasattr(value, "__path__"):
            for inner, kind in vars(value).items():
                public = isinstance(kind, type) and not inner.startswith("_") and not issubclass(kind, BaseException)
                if public and kind.__module__.split(".")[0] == top:
                    reached.setdefault(f"{name}.{inner}", kind)
    found: dict[str, tuple[type, list[str]]] = {}
    for name, kind in list(reached.items())[:120]:
        found[name] = (kind, [text for given in _GIVEN if works(text := f"{name}({given})")][:6])
    return found


_GIVEN = (
    "", "[(1, 2), (2, 3), (3, 1), (3, 4)]", "[(0, 1), (1, 2)]", "{'a': 1}", "[1, 2, 3]", "'a'", "1", "2, 3", "'a', 'b'",
)  # fmt: skip
