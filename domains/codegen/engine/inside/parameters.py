"""What a caller may pass to a function."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domains.codegen.engine.inside.keywords import keywords


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: `keyword` when it can be given by name alone, `needed` when it has no default.

    `variadic` takes any number of further values; `default` is what stands for it, or inspect.Parameter.empty.
    `nameless` can be given by its position alone.
    """

    name: str
    hint: Any
    needed: bool
    keyword: bool = False
    variadic: bool = False
    default: Any = inspect.Parameter.empty
    nameless: bool = False

    @property
    def typed(self) -> bool:
        """Whether its type is stated."""
        return self.hint is not inspect.Parameter.empty


def parameters(function: Callable[..., Any], owner: type | None, own: dict[str, Any]) -> tuple[Parameter, ...]:
    """Return what a caller passes, the object itself aside, and the keywords that `**options` is asked for.

    Empty for what has no signature.
    """
    try:
        listed = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return ()
    hints = _hints(function, owner, own)
    if owner is not None and listed and listed[0].name in {"self", "cls", "_cls"}:
        listed = listed[1:]
    empty = inspect.Parameter.empty
    taken = [
        Parameter(
            p.name, hints.get(p.name, empty), p.default is empty and p.kind is not p.VAR_POSITIONAL,
            p.kind is p.KEYWORD_ONLY, p.kind is p.VAR_POSITIONAL, p.default, p.kind is p.POSITIONAL_ONLY,
        )
        for p in listed
        if p.kind is not p.VAR_KEYWORD
    ]  # fmt: skip
    further = next((p for p in listed if p.kind is p.VAR_KEYWORD), None)
    if further is not None:
        known = {one.name for one in taken}
        asked = keywords(function, further.name).items()
        hint = hints.get(further.name, empty)
        taken += [Parameter(n, hint, needed=False, keyword=True, default=value) for n, value in asked if n not in known]
    return tuple(taken)


def _hints(function: Callable[..., Any], owner: type | None, own: dict[str, Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, {**typing.__dict__, **own, **_around(function, owner)})
    except (
        NameError,
        TypeError,
        AttributeError,
        SyntaxError,
        ValueError,
        LookupError,
        RecursionError,
    ):  # any expression
        return {}


def _around(function: Callable[..., Any], owner: type | None) -> dict[str, Any]:
    """Return the names of the module that a function, or its class, stands in: there `datetime` may be the class.

    Those of Python itself are left out: what makes a named tuple has a namespace without built-in functions.
    """
    of_class = vars(sys.modules[owner.__module__]) if owner is not None and owner.__module__ in sys.modules else {}
    names: dict[str, Any] = {**of_class, **getattr(inspect.unwrap(function), "__globals__", {})}
    return {name: value for name, value in names.items() if not name.startswith("__")}
