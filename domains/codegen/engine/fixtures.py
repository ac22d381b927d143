"""The fixtures that a project's tests have: what its conftest.py files, and the test file that is there, define.

Those of any scope, with parameters or without, that need no other than such. Where they lead is found by running them
in the sandbox (`inside.arranging`): a test must hold with every parameter, and may not change what others share; it
passes the same gate as the rest, in place. What the module could take and is not taken is told with the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from domains.codegen.engine.existing import Existing
from domains.codegen.engine.types import LeftOut, Project

_TESTS = ("tests", "test")
_CONFTEST = "conftest.py"


@dataclass(frozen=True, slots=True)
class Fixtures:
    """`files` define the fixtures `names`, the outermost first; tests in `folder` may take them ("" for the root)."""

    folder: str = ""
    files: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


NONE = Fixtures()


def fixtures(
    project: Project, there: Existing | None, taken: frozenset[str], folder: str | None = None
) -> Fixtures:  # fmt: skip
    """Return what tests beside `there`, or else in `folder`, may take; names `taken` mean other things."""
    folder = str(PurePosixPath(there.path).parent) if there is not None else folder
    if folder is None or (there is not None and there.unittest):
        return Fixtures()
    files = [*conftests(project, folder), *([there.path] if there is not None else [])]
    marked = {node.name: node for file in files for node in _marked(project.files[file])}
    found = {
        name: _needs(node) for name, node in marked.items() if isinstance(node, ast.FunctionDef) and not _why(node)
    }
    usable = {name for name in found if _leads(name, found) and name not in taken}
    defining = tuple(file for file in files if any(node.name in usable for node in _marked(project.files[file])))
    left = [LeftOut(name, _reason(node, found)) for name, node in sorted(marked.items()) if name not in usable | taken]
    wanted = _parameters(project.files[project.target])
    told = tuple(one for one in left if one.name in wanted)
    return Fixtures("" if folder == "." else folder, defining, tuple(sorted(usable)), told)


def folder_of_tests(project: Project) -> str | None:
    """Return where new tests of the target lie: the project's folder for them, or the target's own.

    None where no conftest.py is in force there. "." is the project's root.
    """
    places = [PurePosixPath(name).parent for name in project.files]
    known = {str(one) for place in places for one in (place, *place.parents)}
    inside = PurePosixPath(project.target).parent
    for top in _tops(known):
        mirrored = (top / "unit" / inside, top / inside, top / "unit", top)
        folder = next(str(one) for one in mirrored if str(one) in known)
        if conftests(project, folder):
            return folder
    return str(inside) if conftests(project, str(inside)) else None


def _tops(known: set[str]) -> list[PurePosixPath]:
    """Return the folders that are called as those of tests are, the highest first."""
    tops = (PurePosixPath(one) for one in known)
    return sorted(
        (one for one in tops if one.name in _TESTS), key=lambda one: (_TESTS.index(one.name), len(one.parts), str(one))
    )


def conftests(project: Project, folder: str) -> list[str]:
    """Return the conftest.py files that are in force in a folder, the outermost first."""
    around = (PurePosixPath(folder), *PurePosixPath(folder).parents)
    return [file for one in reversed(around) if (file := _joined(str(one), _CONFTEST)) in project.files]


def _joined(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _marked(source: bytes) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the fixtures of a file; none where it cannot be read."""
    for node in _parsed(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_is_mark, node.decorator_list)):
            yield node


def _parsed(source: bytes) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def _is_mark(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called) in {"pytest.fixture", "fixture"}


def _why(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Say why a fixture is not taken by itself; empty where it can be."""
    said = [one for mark in node.decorator_list if isinstance(mark, ast.Call) for one in mark.keywords]
    others = [f"{one.arg}=" for one in said if one.arg not in {"scope", "params", "ids"}]
    if isinstance(node, ast.AsyncFunctionDef):
        return "an asynchronous fixture is not taken"
    if others:
        return f"a fixture with {', '.join(others)} is not taken"
    asked = [one for one in ast.walk(node) if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "request"]
    if any(one.attr != "param" for one in asked):
        return "a fixture that asks more of `request` than its parameter is not taken"
    return ""


def _reason(node: ast.FunctionDef | ast.AsyncFunctionDef, found: dict[str, tuple[str, ...]]) -> str:
    unmet = [name for name in _needs(node) if name != "request" and name not in found]
    return _why(node) or (f"it needs {', '.join(unmet)}, which is not taken" if unmet else "it needs what is not taken")


def _parameters(source: bytes) -> frozenset[str]:
    """Return the names of all parameters in a file: what a test could pass a fixture for."""
    nodes = (inner for node in _parsed(source) for inner in ast.walk(node))
    return frozenset(node.arg for node in nodes if isinstance(node, ast.arg))


def _needs(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(argument.arg for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])


def _leads(name: str, found: dict[str, tuple[str, ...]], on: tuple[str, ...] = ()) -> bool:
    """Whether a fixture needs nothing but such fixtures, and not itself."""
    if name not in found or name in on:
        return False
    return all(other == "request" or _leads(other, found, (*on, name)) for other in found[name])
