"""Mutants of a module that can be loaded once only: its functions get the mutant's code for as long as it is judged."""

from __future__ import annotations

import gc
import types
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Swap:
    """A function, and its code before and after the change."""

    function: types.FunctionType
    before: types.CodeType
    after: types.CodeType


def functions(path: str) -> dict[tuple[str, int], list[types.FunctionType]]:
    """Return the living functions of a file by qualified name and first line."""
    found: dict[tuple[str, int], list[types.FunctionType]] = {}
    for function in gc.get_objects():
        # by type alone: isinstance would ask lazy objects for their class, and so wake what does not belong to us
        if type(function) is types.FunctionType and function.__code__.co_filename == path:
            found.setdefault(_key(function.__code__), []).append(function)
    return found


def swaps(living: dict[tuple[str, int], list[types.FunctionType]], code: types.CodeType) -> list[Swap]:
    """Return what turns the living functions into those of a mutant's `code`; nothing where only the import differs."""
    return [
        Swap(function, function.__code__, after)
        for after in _nested(code)
        for function in living.get(_key(after), [])
        if function.__code__ != after and function.__code__.co_freevars == after.co_freevars
    ]


def _key(code: types.CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield inner
            yield from _nested(inner)
