"""Values as Python source, so that a test can say what it expects."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import math
import pathlib
import types
import uuid
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

LONGEST = 600
_DEPTH = 6


class Unwritable(Exception):
    """A value has no source of its own."""


def source_of(value: object, own: dict[str, Any]) -> str | None:
    """Write a value as an expression over literals, the standard library and the module's `own` names; None if none."""
    try:
        text = _write(value, own, 0)
    except (Unwritable, RecursionError, ValueError):  # ValueError: a whole number of more digits than Python writes
        return None
    return text if len(text) <= LONGEST else None


def attributes(value: object, own: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the public attributes that can be written, of an object that cannot."""
    state = getattr(value, "__dict__", {})
    if not isinstance(state, dict) or isinstance(value, type) or (callable(value) and not _is_function(value)):
        return ()
    written = ((str(name), source_of(inner, own)) for name, inner in state.items() if not str(name).startswith("_"))
    return tuple((name, text) for name, text in written if text is not None)[:6]


def _is_function(value: object) -> bool:
    """Whether it is a plain function, which holds what a decorator put on it and nothing of its own."""
    return isinstance(value, types.FunctionType)


def _write(value: object, own: dict[str, Any], depth: int) -> str:
    if depth > _DEPTH:
        raise Unwritable
    write = _EXACT.get(type(value))
    if write is not None:
        return write(value, lambda inner: _write(inner, own, depth + 1))
    if isinstance(value, type):
        name = value.__name__
        if own.get(name) is value:
            return name
    return _of_own(value, own, depth)


def _of_own(value: Any, own: dict[str, Any], depth: int) -> str:  # noqa: ANN401
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
    return f"{kind.__name__}({', '.join(f'{name}={_write(inner, own, depth + 1)}' for name, inner in named)})"


def _number(value: float, _: Callable[[object], str]) -> str:
    if math.isnan(value):
        raise Unwritable  # nothing equals it
    return f"float('{value}')" if math.isinf(value) else repr(value)


def _set(value: Any, write: Callable[[object], str]) -> str:  # noqa: ANN401
    return "{" + ", ".join(sorted(write(inner) for inner in value)) + "}" if value else "set()"


def _tuple(value: tuple[object, ...], write: Callable[[object], str]) -> str:
    inner = ", ".join(write(item) for item in value)
    return f"({inner},)" if len(value) == 1 else f"({inner})"


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
    dict: lambda value, write: "{" + ", ".join(f"{write(key)}: {write(item)}" for key, item in value.items()) + "}",
    range: lambda value, _: repr(value),
    decimal.Decimal: lambda value, _: f"decimal.Decimal('{value}')" if value.is_finite() else _refuse(),
    fractions.Fraction: lambda value, _: f"fractions.Fraction({value.numerator}, {value.denominator})",
    dt.date: lambda value, _: repr(value),
    dt.time: lambda value, _: repr(value),
    dt.datetime: lambda value, _: repr(value) if value.tzinfo in {None, dt.UTC} else _refuse(),
    dt.timedelta: lambda value, _: repr(value),
    pathlib.PosixPath: lambda value, _: f"pathlib.Path({str(value)!r})",
    uuid.UUID: lambda value, _: f"uuid.UUID('{value}')",
}


def _refuse() -> str:
    raise Unwritable
