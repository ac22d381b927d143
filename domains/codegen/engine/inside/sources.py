"""Values as Python source, so that a test can say what it expects."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import math
import pathlib
import re
import types
import uuid
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

LONGEST = 600
_STATE = 40
"""Attributes that are looked at; a test asserts those of them that notice something."""
_LONGEST_PART = 4_000
"""Letters of an attribute: a table that a constructor sets up is longer than what a call gives."""
_DEPTH = 6
_FACTORIES = (list, dict, set, int, str, float)


class Unwritable(Exception):
    """A value has no source of its own."""


def source_of(value: object, own: dict[str, Any], longest: int = LONGEST) -> str | None:
    """Write a value as an expression over literals, the standard library and the module's `own` names.

    None where there is no such expression, or none of so many letters.
    """
    try:
        text = _write(value, own, 0, _Room(longest))
    except (Unwritable, RecursionError, ValueError, AttributeError):
        # ValueError: a whole number of more digits than Python writes; AttributeError: a field that is not there yet
        return None
    return text if len(text) <= longest else None


def attributes(value: object, own: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the public attributes that can be written, of an object that cannot."""
    state = getattr(value, "__dict__", {})
    if not isinstance(state, dict) or isinstance(value, type) or (callable(value) and not _is_function(value)):
        return ()
    public = [(str(name), inner) for name, inner in state.items() if not str(name).startswith("_")][:_STATE]
    written = ((name, source_of(inner, own, _LONGEST_PART)) for name, inner in public)
    return tuple((name, text) for name, text in written if text is not None)


def _is_function(value: object) -> bool:
    """Whether it is a plain function, which holds what a decorator put on it and nothing of its own."""
    return isinstance(value, types.FunctionType)


class _Room:
    """Letters that are left: what holds too much is given up before all of it is written."""

    def __init__(self, letters: int) -> None:
        self._left = letters

    def take(self, text: str) -> str:
        self._left -= len(text)
        if self._left < 0:
            raise Unwritable
        return text


def _write(value: object, own: dict[str, Any], depth: int, room: _Room) -> str:
    if depth > _DEPTH:
        raise Unwritable
    write = _EXACT.get(type(value))
    if write is not None:
        text = write(value, lambda inner: _write(inner, own, depth + 1, room))
        return text if type(value) in _HOLDERS else room.take(text)
    if isinstance(value, type):
        name = value.__name__
        if own.get(name) is value:
            return name
    return _of_own(value, own, depth, room)


def _of_own(value: Any, own: dict[str, Any], depth: int, room: _Room) -> str:  # noqa: ANN401
    kind = type(value)
    if own.get(kind.__name__) is not kind:
        raise Unwritable
    if isinstance(value, enum.Enum):
        return f"{kind.__name__}.{value.name}"
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        named = zip(kind._fields, value, strict=True)
    elif is_dataclass(value):
        named = ((field.name, getattr(value, field.name)) for field in fields(value) if field.init)  # type: ignore[assignment]
    else:
        raise Unwritable
    return f"{kind.__name__}({', '.join(f'{name}={_write(inner, own, depth + 1, room)}' for name, inner in named)})"


def _number(value: float, _: Callable[[object], str]) -> str:
    if math.isnan(value):
        raise Unwritable  # nothing equals it
    return f"float('{value}')" if math.isinf(value) else repr(value)


def _set(value: Any, write: Callable[[object], str]) -> str:  # noqa: ANN401
    return "{" + ", ".join(sorted(write(inner) for inner in value)) + "}" if value else "set()"


def _mapping(value: Any, write: Callable[[object], str]) -> str:  # noqa: ANN401
    return "{" + ", ".join(f"{write(key)}: {write(item)}" for key, item in value.items()) + "}"


def _defaults(value: Any, write: Callable[[object], str]) -> str:  # noqa: ANN401
    if value.default_factory not in _FACTORIES:
        raise Unwritable
    return f"collections.defaultdict({value.default_factory.__name__}, {_mapping(value, write)})"


def _ends(value: Any, write: Callable[[object], str]) -> str:  # noqa: ANN401
    bound = "" if value.maxlen is None else f", {value.maxlen}"
    return f"collections.deque([{', '.join(write(item) for item in value)}]{bound})"


def _namespace(value: types.SimpleNamespace, write: Callable[[object], str]) -> str:
    if not all(name.isidentifier() for name in vars(value)):
        raise Unwritable
    return f"types.SimpleNamespace({', '.join(f'{name}={write(inner)}' for name, inner in vars(value).items())})"


def _pattern(value: re.Pattern[Any], _: Callable[[object], str]) -> str:
    text = repr(value)  # which cuts long ones short, in their middle
    return text if len(text) < 200 else _refuse()


def _zoned(value: dt.time | dt.datetime, _: Callable[[object], str]) -> str:
    """Write a time whose zone is the library's own: another class of zone writes itself in any way."""
    return repr(value) if type(value.tzinfo) in {type(None), dt.timezone} else _refuse()


def _tuple(value: tuple[object, ...], write: Callable[[object], str]) -> str:
    inner = ", ".join(write(item) for item in value)
    return f"({inner},)" if len(value) == 1 else f"({inner})"


_HOLDERS = {list, tuple, set, frozenset, dict, types.SimpleNamespace, collections.OrderedDict, collections.Counter,
            collections.defaultdict, collections.deque}  # fmt: skip
"""What is as long as what it holds."""
_EXACT: dict[type, Callable[[Any, Callable[[object], str]], str]] = {
    type(None): lambda value, _: repr(value),
    type(NotImplemented): lambda value, _: repr(value),
    bool: lambda value, _: repr(value),
    int: lambda value, _: repr(value),
    str: lambda value, _: repr(value),
    bytes: lambda value, _: repr(value),
    bytearray: lambda value, _: repr(value),
    float: _number,
    complex: lambda value, _: repr(value),
    list: lambda value, write: "[" + ", ".join(write(item) for item in value) + "]",
    tuple: _tuple,
    set: _set,
    frozenset: lambda value, write: f"frozenset({_set(value, write)})" if value else "frozenset()",
    dict: _mapping,
    collections.OrderedDict: lambda value, write: f"collections.OrderedDict({_mapping(value, write)})",
    collections.Counter: lambda value, write: f"collections.Counter({_mapping(value, write)})",
    collections.defaultdict: _defaults,
    collections.deque: _ends,
    types.SimpleNamespace: _namespace,
    re.Pattern: _pattern,
    range: lambda value, _: repr(value),
    decimal.Decimal: lambda value, _: f"decimal.Decimal('{value}')" if value.is_finite() else _refuse(),
    fractions.Fraction: lambda value, _: f"fractions.Fraction({value.numerator}, {value.denominator})",
    dt.date: lambda value, _: repr(value),
    dt.time: _zoned,
    dt.datetime: _zoned,
    dt.timezone: lambda value, _: repr(value),
    dt.timedelta: lambda value, _: repr(value),
    pathlib.PosixPath: lambda value, _: f"pathlib.Path({str(value)!r})",
    uuid.UUID: lambda value, _: f"uuid.UUID('{value}')",
}


def _refuse() -> str:
    raise Unwritable
