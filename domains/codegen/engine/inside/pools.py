"""Candidate values by type, as source; boundaries of the module's own constants come first."""

from __future__ import annotations

import collections.abc as abstract
import datetime as dt
import decimal
import enum
import fractions
import inspect
import pathlib
import random
import types
import typing
import uuid
from typing import Any

from domains.codegen.engine.inside import patterns
from domains.codegen.engine.inside.harvest import Harvest
from domains.codegen.engine.inside.parameters import parameters

KINDS = ("int", "str", "float", "list_int", "list_str", "none", "bool", "dict", "tuple", "set", "bytes", "callable",
         "nested", "own")  # fmt: skip
"""What a parameter without a type is tried with."""
_SMALL = 40
_LISTS = (list, abstract.Sequence, abstract.Iterable, abstract.Collection, abstract.MutableSequence)
_DICTS = (dict, abstract.Mapping, abstract.MutableMapping)
_SETS = (set, abstract.Set, abstract.MutableSet)
_STANDARD: dict[object, tuple[str, ...]] = {
    bool: ("True", "False"),
    type(None): ("None",),
    bytes: ("b''", "b'a'", "b'\\x00\\xff'", "b'hello'"),
    complex: ("0j", "(1+2j)"),
    decimal.Decimal: tuple(f"decimal.Decimal('{n}')" for n in ("0", "1", "-1", "10.55", "0.005", "99.99", "1000")),
    fractions.Fraction: ("fractions.Fraction(0, 1)", "fractions.Fraction(1, 3)", "fractions.Fraction(-5, 2)"),
    dt.date: tuple(f"datetime.date({d})" for d in ("2024, 2, 29", "2023, 12, 31", "2024, 1, 1", "1999, 6, 15")),
    dt.datetime: ("datetime.datetime(2024, 2, 29, 12, 30)", "datetime.datetime(1999, 12, 31, 23, 59, 59)"),
    dt.time: ("datetime.time(0, 0)", "datetime.time(23, 59, 59)"),
    dt.timedelta: tuple(f"datetime.timedelta({d})" for d in ("0", "1", "days=-1", "seconds=90", "days=400")),
    pathlib.Path: ("pathlib.Path('a/b.txt')", "pathlib.Path('')"),
    uuid.UUID: ("uuid.UUID('12345678-1234-5678-1234-567812345678')",),
    object: ("0", "'a'", "None", "[1]"),
}


_DEEP = ("{'a': {'b': 1}, 'c': [1, 2]}", "{'a': [], 'b': {'c': {}}}", "{'a': {'b': {'c': 'd'}}, 'e': None}")
"""Mappings of mappings: what walks a tree goes on only there."""


class Pools:
    """Values for each type. `own` are the names of the module under test."""

    def __init__(self, found: Harvest, own: dict[str, Any], chance: random.Random) -> None:
        self._found, self._own, self.chance = found, own, chance
        self._learned: dict[str, dict[str, None]] = {}
        self._cache: dict[str, list[str]] = {}
        self._making: set[type] = set()

    def learn(self, kind: str, text: str) -> None:
        """Remember a value that a function gave, for others to take."""
        known = self._learned.setdefault(kind, {})
        if len(known) < _SMALL and len(text) < 120:
            known[text] = None

    def match(self, texts: list[str]) -> None:
        """Take texts that fit expressions which came up while the module ran."""
        if texts:
            self._found.matching |= dict.fromkeys(texts)
            self._cache.clear()

    def of(self, hint: Any, depth: int = 0) -> list[str]:  # noqa: ANN401 - any annotation
        """Return sources of values of a type, likely ones first; empty when nothing of it can be made."""
        key = f"{depth} {hint!r}"
        if key not in self._cache:
            self._cache[key] = list(dict.fromkeys(self._of(hint, depth)))
        return self._cache[key]

    def kind(self, name: str) -> list[str]:
        """Return values of a kind (see KINDS), for a parameter whose type nobody states."""
        make = {
            "int": lambda: self.of(int), "str": lambda: self.of(str), "float": lambda: self.of(float),
            "list_int": lambda: self.of(list[int]), "list_str": lambda: self.of(list[str]), "none": lambda: ["None"],
            "bool": lambda: ["True", "False"], "dict": lambda: [*self.of(dict[str, int]), *_DEEP],
            "tuple": lambda: self.of(tuple[int, ...]), "set": lambda: self.of(set[int]),
            "bytes": lambda: self.of(bytes), "callable": lambda: _callables(1),
            "nested": lambda: self.of(list[list[int]]) + self.of(list[tuple[str, int]]), "own": self._objects,
        }[name]  # fmt: skip
        return make() + list(self._learned.get(name, {}))

    def _of(self, hint: Any, depth: int) -> list[str]:  # noqa: ANN401 - one line a kind of annotation
        if depth > 3:
            return []
        if hint in {int, float, str}:
            return {int: self._ints, float: self._floats, str: self._texts}[hint]()
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if hint in {typing.Any, inspect.Parameter.empty}:
            return [*self._ints()[:8], *self._texts()[:8], "None", "[]", "[1, 2]", "1.5"]
        if isinstance(hint, typing.TypeVar):
            return self._union(hint.__constraints__, depth) if hint.__constraints__ else self._ints()
        if hasattr(hint, "__supertype__"):
            return self.of(hint.__supertype__, depth)
        if origin is typing.Literal:
            return [repr(value) for value in arguments]
        if origin in {typing.Union, types.UnionType}:
            return self._union(arguments, depth)
        if origin is typing.Annotated:
            return self.of(arguments[0], depth)
        if origin is abstract.Callable or hint is abstract.Callable:
            return _callables(len(arguments[0]) if arguments and isinstance(arguments[0], list) else 1)
        return self._container(origin or hint, arguments, depth) or self._class(hint)

    def _union(self, members: tuple[Any, ...], depth: int) -> list[str]:
        lists = [self.of(member, depth) for member in members]
        longest = max((len(values) for values in lists), default=0)
        return [values[n] for n in range(longest) for values in lists if n < len(values)]

    def _container(self, kind: Any, arguments: tuple[Any, ...], depth: int) -> list[str]:  # noqa: ANN401
        if kind in {tuple}:
            return self._tuples(arguments, depth)
        if kind in {abstract.Iterator, abstract.Generator}:
            return [f"iter({text})" for text in self._container(list, arguments[:1], depth)]
        if kind in _DICTS:
            keys, values = (self.of(a, depth + 1) for a in (arguments or (str, int)))
            single = ["{" + f"{k}: {v}" + "}" for k, v in zip(keys[:6], values[:6], strict=False)]
            return [
                "{}",
                *single,
                "{" + ", ".join(f"{k}: {v}" for k, v in zip(keys[:3], values[1:4], strict=False)) + "}",
            ]
        inner = self.of(arguments[0], depth + 1) if arguments else self._ints()
        if kind in _SETS or kind is frozenset:
            sets = ["set()", *("{" + ", ".join(part) + "}" for part in self._parts(inner) if part)]
            return [f"frozenset({text})" for text in sets] if kind is frozenset else sets
        return ["[" + ", ".join(part) + "]" for part in self._parts(inner)] if kind in _LISTS else []

    def _parts(self, inner: list[str]) -> list[list[str]]:
        few = inner[:_SMALL]
        drawn = [[self.chance.choice(few) for _ in range(self.chance.randint(2, 6))] for _ in range(14) if few]
        return [[], few[:1], few[:2], few[1:4], list(reversed(few[:4])), few[:2] * 2, *drawn]

    def _tuples(self, arguments: tuple[Any, ...], depth: int) -> list[str]:
        if not arguments or arguments[-1] is Ellipsis:
            inner = self.of(arguments[0], depth + 1) if arguments else self._ints()
            return [_tuple(part) for part in self._parts(inner)]
        each = [self.of(argument, depth + 1) for argument in arguments]
        if not all(each):
            return []
        drawn = [[self.chance.choice(values[:_SMALL]) for values in each] for _ in range(20)]
        return [_tuple(part) for part in [[values[0] for values in each], *drawn]]

    def _class(self, hint: Any) -> list[str]:  # noqa: ANN401
        if hint in _STANDARD:
            return list(_STANDARD[hint])
        if not isinstance(hint, type):
            return []
        if issubclass(hint, enum.Enum):
            return [f"{hint.__name__}.{member.name}" for member in list(hint)[:12]] if self._is_own(hint) else []
        if hint is type:
            return ["int", "str"]
        kinds = [hint, *(kind for kind in self._own.values() if isinstance(kind, type) and _derives(kind, hint))]
        return [text for kind in kinds if self._is_own(kind) for text in self._made(kind)]

    def _objects(self) -> list[str]:
        classes = [kind for kind in self._own.values() if isinstance(kind, type) and self._is_own(kind)]
        return [text for kind in classes[:6] for text in self._made(kind)[:4]]

    def _made(self, kind: type) -> list[str]:
        """Return calls of a class's constructor."""
        if inspect.isabstract(kind) or issubclass(kind, BaseException) or kind in self._making:
            return []
        self._making.add(kind)  # one that is made of its own kind has an end somewhere else
        try:
            rows = [self.of(p.hint, 2)[:6] for p in parameters(kind.__init__, kind, self._own) if p.needed]
        finally:
            self._making.remove(kind)
        if not all(rows):
            return []
        drawn = [[self.chance.choice(row) for row in rows] for _ in range(8)] if rows else []
        return list(dict.fromkeys(f"{kind.__name__}({', '.join(part)})" for part in [[r[0] for r in rows], *drawn]))

    def _is_own(self, kind: type) -> bool:
        return self._own.get(kind.__name__) is kind

    def _ints(self) -> list[str]:
        common = (0, 1, -1, 2, 3, 5, 7, 10, 12, 100)
        near = sorted(self._found.ints, key=lambda n: (abs(n), n))[:60]
        return [repr(n) for n in dict.fromkeys([*common[:3], *near, *common, 255, 1000, -10])]

    def _floats(self) -> list[str]:
        own = [*self._found.floats, *(float(n) for n in self._found.ints if abs(n) < 10**6)]
        near = sorted(own, key=lambda n: (abs(n), n))[:60]
        return [repr(round(n, 6)) for n in dict.fromkeys([0.0, 1.0, -1.0, 0.5, *near, 2.5, 99.99, 1000.0])]

    def _texts(self) -> list[str]:
        documented = list(self._found.documented)
        misses = [miss for text in documented[:12] for miss in patterns.near(text)]
        short = sorted(self._found.texts, key=len)[:60]
        plain = ["", "a", "abc", "Hello World", "a b", "12", "-1", "A1", " x ", "é中", "a,b", "0"]
        mixed = [a + b for a in [t for t in short if 0 < len(t) < 8][:8] for b in ("1", "10", "x")]
        return [repr(t) for t in [*documented, *self._found.matching, *plain, *misses, *short, *mixed]]


def _tuple(parts: list[str]) -> str:
    """Write a tuple as Python itself does: a comma at the end would break it over as many lines."""
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def _derives(kind: type, base: type) -> bool:
    """Whether a class is a proper subclass; protocols that cannot be asked have none."""
    try:
        return kind is not base and issubclass(kind, base)
    except TypeError:
        return False


def _callables(count: int) -> list[str]:
    if count == 0:
        return ["lambda: 1"]
    if count == 2:
        return ["lambda a, b: a", "lambda a, b: b", "lambda a, b: a + b", "lambda a, b: a < b", "max"]
    names = ", ".join("abcdef"[:count])
    return [f"lambda {names}: a", f"lambda {names}: True", f"lambda {names}: None", "str", "bool", "len"][
        : 6 if count == 1 else 3
    ]
