"""What of a module is tested: its public functions, and its classes as sequences of calls."""

from __future__ import annotations

import enum
import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from domains.codegen.engine.inside.inheriting import inherited
from domains.codegen.engine.inside.parameters import Parameter, parameters
from domains.codegen.engine.inside.scenarios import SUBJECT

_OPERATORS = (
    "__len__", "__contains__", "__getitem__", "__eq__", "__lt__", "__add__", "__call__", "__iter__", "__str__",
    "__repr__", "__bool__", "__hash__", "__sub__", "__mul__", "__neg__", "__int__", "__float__", "__setitem__",
    "__delitem__", "__reversed__", "__le__", "__gt__", "__ge__", "__or__", "__and__", "__abs__",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A callable of the module. `callee` is how a test names it; `owner` is its class when it needs an object."""

    symbol: str
    callee: str
    parameters: tuple[Parameter, ...]
    returns: Any
    owner: str = ""
    reads: bool = False


def targets(module: types.ModuleType, names: dict[str, Any], wanted: frozenset[str]) -> list[Target]:
    """Return what is defined here and public, in the order of the source; all of it when nothing is `wanted`."""
    found = [target for name, value in vars(module).items() for target in _of(name, value, module, names)]
    if not wanted:
        return found
    return [t for t in found if t.symbol in wanted or t.symbol.split(".")[0] in wanted or t.owner in wanted]


def _of(name: str, value: object, module: types.ModuleType, names: dict[str, Any]) -> Iterator[Target]:
    if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
        return
    if inspect.isclass(value):
        yield from _of_class(name, value, names)
    elif callable(value) and not inspect.isasyncgenfunction(value):
        yield _target(name, name, value, None, names)


def _of_class(name: str, kind: type, names: dict[str, Any]) -> Iterator[Target]:
    if not inspect.isabstract(kind):
        yield _target(name, name, _making(kind), kind, names)
    for method, raw in vars(kind).items():
        if _is_pythons(raw):
            continue
        if isinstance(raw, property) and not method.startswith("_"):
            yield Target(f"{name}.{method}", f"{SUBJECT}.{method}", (), inspect.Parameter.empty, name, reads=True)
        elif isinstance(raw, staticmethod | classmethod) and not method.startswith("_"):
            yield _target(f"{name}.{method}", f"{name}.{method}", getattr(kind, method), None, names)
        elif inspect.isfunction(raw) and not inspect.isasyncgenfunction(raw) and _is_public(method):
            yield _target(f"{name}.{method}", f"{SUBJECT}.{method}", raw, kind, names, owner=name)
    for method, raw in inherited(kind).items():
        if _is_public(method) and not _is_pythons(raw) and not inspect.isasyncgenfunction(raw):
            yield _target(f"{name}.{method}", f"{SUBJECT}.{method}", raw, kind, names, owner=name)


def _is_pythons(raw: object) -> bool:
    """Whether Python wrote a method: the library of enumerations puts some into each, `dataclass` compiles its own."""
    written = _function(raw)
    if not isinstance(written, types.FunctionType):
        return False
    return written.__module__ == enum.__name__ or inspect.unwrap(written).__code__.co_filename == "<string>"


def _function(raw: object) -> object:
    return raw.fget if isinstance(raw, property) else getattr(raw, "__func__", raw)


def _making(kind: type) -> Callable[..., Any]:
    """Return what takes a constructor's arguments."""
    made: Callable[..., Any] = inspect.getattr_static(kind, "__init__")
    if made is object.__init__ and "__new__" in {name for base in kind.__mro__[:-1] for name in vars(base)}:
        return kind.__new__
    return made if made is not object.__init__ else _nothing


def _nothing(self: object) -> None:
    """Take nothing, as an object without a constructor of its own."""


def _is_public(method: str) -> bool:
    return not method.startswith("_") or method in _OPERATORS


def _target(
    symbol: str, callee: str, function: Callable[..., Any], kind: type | None, names: dict[str, Any], owner: str = ""
) -> Target:
    listed = parameters(function, kind, names)
    returns = getattr(function, "__annotations__", {}).get("return", inspect.Parameter.empty)
    return Target(symbol, callee, listed, returns, owner)
