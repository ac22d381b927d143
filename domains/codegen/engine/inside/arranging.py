"""A project's fixtures as calls that a scenario can make: `fixture_cart()` is what a test gets that asks for `cart`."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import GeneratorType, UnionType
from typing import Any, Union, get_args, get_origin

from domains.codegen.engine.inside.parameters import Parameter
from domains.codegen.engine.inside.scenarios import FIXTURE, Step

_OPEN = 64
"""Fixtures that yield are held open for as many others: what they clean up may not be gone while it is used."""


class Arranged:
    """The fixtures `names`, defined by `files`. They are loaded anew for each module, whose classes they use."""

    def __init__(self, files: Sequence[str], names: Sequence[str]) -> None:
        self._files, self._names = files, frozenset(names)
        self._open: deque[GeneratorType[Any, None, None]] = deque(maxlen=_OPEN)

    def calls(self) -> dict[str, Callable[[], Any]]:
        """Return what expressions may call; none where a file cannot be loaded."""
        if not self._names:
            return {}
        found: dict[str, Any] = {}
        try:
            for file in self._files:
                space: dict[str, Any] = {"__name__": "conftest", "__file__": file}
                exec(compile(self._bare(Path(file)), file, "exec", dont_inherit=True), space)  # noqa: S102 - the sandbox
                found |= {name: space[name] for name in self._names & space.keys()}
        except BaseException:  # noqa: BLE001 - a project's file may fail in any way; then its fixtures are not used
            return {}
        return {f"{FIXTURE}{name}": self._call(name, found) for name in found}

    def _bare(self, file: Path) -> ast.Module:
        """Read a file; fixtures are plain functions there."""
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in self._names:
                node.decorator_list = []
        return tree

    def _call(self, name: str, found: Mapping[str, Any]) -> Callable[[], Any]:
        def made() -> Any:  # noqa: ANN401 - any value
            return self._made(name, found, {})

        return made

    def _made(self, name: str, found: Mapping[str, Any], known: dict[str, Any]) -> Any:  # noqa: ANN401
        if name not in known:
            needs = inspect.signature(found[name]).parameters
            result = found[name](**{other: self._made(other, found, known) for other in needs})
            if isinstance(result, GeneratorType):
                self._open.append(result)
                result = next(result)
            known[name] = result
        return known[name]


def kinds(names: Mapping[str, Any], run: Callable[[str], Any]) -> dict[str, type]:
    """Return the type of what each fixture gives, by its call; `run` gives a value or raises."""
    found: dict[str, type] = {}
    for name in sorted(name for name in names if name.startswith(FIXTURE)):
        value = run(f"{name}()")
        if value is not None:
            found[name] = type(value)
    return found


def fitting(parameter: Parameter, known: Mapping[str, type]) -> list[str]:
    """Return the calls of fixtures that a parameter takes: of its name and no other type, or of its very class."""
    taken = _classes(parameter.hint) if parameter.typed else ()
    return [
        f"{name}()" for name, kind in known.items()
        if (name == f"{FIXTURE}{parameter.name}" and (not taken or issubclass(kind, taken)))
        or (kind in taken and kind.__module__ != "builtins")
    ]  # fmt: skip


def _classes(hint: Any) -> tuple[type, ...]:  # noqa: ANN401 - any annotation
    """Return the classes that an annotation names; none where it is of another kind."""
    if get_origin(hint) in {Union, UnionType}:
        return tuple(kind for member in get_args(hint) for kind in _classes(member))
    plain = get_origin(hint) or hint
    return (plain,) if isinstance(plain, type) else ()


def makers(known: Mapping[str, type], own: Mapping[str, Any]) -> dict[str, list[Step]]:
    """Return steps that give an object of a class of the module, by the class's name."""
    rows = [(kind.__name__, Step(name, binds=True)) for name, kind in known.items() if _is_own(kind, own)]
    grouped: Iterator[tuple[str, Iterator[tuple[str, Step]]]] = itertools.groupby(sorted(rows, key=_first), key=_first)
    return {kind: [step for _, step in steps] for kind, steps in grouped}


def _first(row: tuple[str, Step]) -> str:
    return row[0]


def _is_own(kind: type, own: Mapping[str, Any]) -> bool:
    return own.get(kind.__name__) is kind
