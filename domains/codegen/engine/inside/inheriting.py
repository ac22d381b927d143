"""Methods that a class inherits and that come back to what the class writes itself.

A base calls hooks that a class fills in: what the hooks do shows in the base's method, often there alone.
"""

from __future__ import annotations

import inspect
import types


def inherited(kind: type) -> dict[str, types.FunctionType]:
    """Return inherited functions, by name, through which a method or property is reached that stands in the class.

    Functions of the bases call each other by name; one that leads to the class's own, by any number of calls, is
    returned. Only bases of the class's package count: what a test says of the library's is nobody's promise.
    """
    package = kind.__module__.split(".")[0]
    bases = [base for base in reversed(kind.__mro__[1:]) if base.__module__.split(".")[0] == package]
    found = {
        name: raw for base in bases for name, raw in vars(base).items()
        if isinstance(raw, types.FunctionType) and name not in vars(kind) and name not in {"__init__", "__new__"}
    }  # fmt: skip
    known = {name for name, raw in vars(kind).items() if _is_called(name, raw)}
    leading: set[str] = set()
    while True:
        further = {n for n, raw in found.items() if n not in leading and not known.isdisjoint(raw.__code__.co_names)}
        if not further:
            return {name: raw for name, raw in found.items() if name in leading}
        leading |= further
        known |= further


def _is_called(name: str, raw: object) -> bool:
    """Whether others reach it through the object by its name."""
    function = raw.fget if isinstance(raw, property) else getattr(raw, "__func__", raw)
    return inspect.isfunction(function) and not name.startswith("__")
