"""A project's fixtures as calls that a scenario can make: `fixture_cart()` is what a test gets that asks for `cart`."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import GeneratorType, SimpleNamespace, UnionType
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
        self._shared: frozenset[str] = frozenset()
        self._values: dict[str, list[Any]] = {}
        self._lent: list[tuple[object, object]] = []
        self.turn = 0
        """Which of its parameters each fixture is made with."""

    @property
    def turns(self) -> int:
        """The most parameters that a fixture has."""
        return max([1, *map(len, self._values.values())])

    def begin(self) -> None:
        """Forget what the last scenario was lent."""
        self._lent.clear()

    def disturbed(self) -> bool:
        """Whether the scenario changed an object that other tests of the project share."""
        return any(state(value) != before for value, before in self._lent)

    def calls(self) -> dict[str, Callable[[], Any]]:
        """Return what expressions may call; none where a file cannot be loaded."""
        if not self._names:
            return {}
        found: dict[str, Any] = {}
        self._shared, self._values = frozenset(), {}
        try:
            for file in self._files:
                space: dict[str, Any] = {"__name__": "conftest", "__file__": file}
                tree = ast.parse(Path(file).read_text(encoding="utf-8"))
                marked = self._bare(tree)
                exec(compile(tree, file, "exec", dont_inherit=True), space)  # noqa: S102 - the sandbox
                self._mark(marked, space)
                found |= {name: space[name] for name in self._names & space.keys()}
        except BaseException:  # noqa: BLE001 - a project's file may fail in any way; then its fixtures are not used
            return {}
        return {f"{FIXTURE}{name}": self._call(name, found) for name in found}

    def _bare(self, tree: ast.Module) -> dict[str, list[ast.keyword]]:
        """Take the marks off: fixtures are plain functions. Return what the marks said, by name."""
        said: dict[str, list[ast.keyword]] = {}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in self._names:
                calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
                said[node.name] = [keyword for one in calls for keyword in one.keywords]
                node.decorator_list = []
        return said

    def _mark(self, said: Mapping[str, list[ast.keyword]], space: dict[str, Any]) -> None:
        """Read scopes and parameters; a row of `pytest.param` stands for its value."""
        for name, keywords in said.items():
            for keyword in keywords:
                value = eval(compile(ast.Expression(keyword.value), "<mark>", "eval"), space)  # noqa: S307 - the sandbox
                if keyword.arg == "scope" and value != "function":
                    self._shared |= {name}
                elif keyword.arg == "params" and value is not None:
                    self._values[name] = [
                        one.values[0] if type(one).__name__ == "ParameterSet" else one for one in value
                    ]

    def _call(self, name: str, found: Mapping[str, Any]) -> Callable[[], Any]:
        def made() -> Any:  # noqa: ANN401 - any value
            return self._made(name, found, {})

        return made

    def _made(self, name: str, found: Mapping[str, Any], known: dict[str, Any]) -> Any:  # noqa: ANN401
        if name not in known:
            needs = inspect.signature(found[name]).parameters
            values = self._values.get(name, [None])
            request = SimpleNamespace(param=values[self.turn % len(values)])
            result = found[name](
                **{other: request if other == "request" else self._made(other, found, known) for other in needs}
            )
            if isinstance(result, GeneratorType):
                self._open.append(result)
                result = next(result)
            if name in self._shared:
                self._lent.append((result, state(result)))
            known[name] = result
        return known[name]


def state(value: object, depth: int = 6) -> object:
    """Return what can be seen of a value, to be compared with what is seen later; others are who they are."""
    kind = type(value).__name__
    if value is None or isinstance(value, str | bytes | int | float | complex):
        return kind, repr(value)
    if depth == 0:
        return kind, id(value)
    if isinstance(value, Mapping):
        return kind, [(state(key, depth - 1), state(one, depth - 1)) for key, one in value.items()]
    if isinstance(value, set | frozenset):
        return kind, sorted(map(repr, value))
    if isinstance(value, list | tuple | deque):
        return kind, [state(one, depth - 1) for one in value]
    held = {name: getattr(value, name, None) for base in type(value).__mro__ for name in getattr(base, "__slots__", ())}
    held |= getattr(value, "__dict__", {})
    return (kind, id(value), [(name, state(one, depth - 1)) for name, one in held.items()])


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
