"""The fixtures that a project's tests have: what its conftest.py files, and the test file that is there, define.

Only plain ones are used: of function scope, without parameters, needing no other than such. Where they lead is found
by running them in the sandbox (`inside.arranging`); the tests that take them pass the same gate as the rest, in place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from domains.codegen.engine.existing import Existing
from domains.codegen.engine.types import Project

_TESTS = ("tests", "test")
_CONFTEST = "conftest.py"


@dataclass(frozen=True, slots=True)
class Fixtures:
    """`files` define the fixtures `names`, the outermost first; tests in `folder` may take them ("" for the root)."""

    folder: str = ""
    files: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


NONE = Fixtures()


def fixtures(project: Project, there: Existing | None, taken: frozenset[str]) -> Fixtures:
    """Return what tests beside `there`, or in the folder of tests, may take; names `taken` mean other things."""
    folder = str(PurePosixPath(there.path).parent) if there is not None else _folder(project)
    if folder is None or (there is not None and there.unittest):
        return Fixtures()
    around = [str(one) for one in (PurePosixPath(folder), *PurePosixPath(folder).parents)]
    files = [_joined(one, _CONFTEST) for one in reversed(around)]
    files = [file for file in files if file in project.files] + ([there.path] if there is not None else [])
    found: dict[str, tuple[str, ...]] = {}
    for file in files:
        found |= {node.name: _needs(node) for node in _defined(project.files[file])}
    usable = {name for name in found if _leads(name, found) and name not in taken}
    defining = tuple(file for file in files if any(node.name in usable for node in _defined(project.files[file])))
    return Fixtures("" if folder == "." else folder, defining, tuple(sorted(usable)))


def _folder(project: Project) -> str | None:
    """Return where the project keeps its tests, if a conftest.py is in force there."""
    parents = {str(PurePosixPath(name).parent) for name in project.files}
    for name in _TESTS:
        known = sorted((one for one in parents if PurePosixPath(one).name == name), key=lambda one: (len(one), one))
        for folder in known:
            above = (folder, *map(str, PurePosixPath(folder).parents))
            if any(_joined(one, _CONFTEST) in project.files for one in above):
                return folder
    return None


def _joined(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _defined(source: bytes) -> Iterator[ast.FunctionDef]:
    """Yield the fixtures of a file that take part; none where it cannot be read."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and any(_is_plain(one) for one in node.decorator_list):
            yield node


def _is_plain(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    bare = not isinstance(decorator, ast.Call) or not (decorator.args or decorator.keywords)
    return bare and ast.unparse(called) in {"pytest.fixture", "fixture"}


def _needs(node: ast.FunctionDef) -> tuple[str, ...]:
    return tuple(argument.arg for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])


def _leads(name: str, found: dict[str, tuple[str, ...]], on: tuple[str, ...] = ()) -> bool:
    """Whether a fixture needs nothing but such fixtures, and not itself."""
    if name not in found or name in on:
        return False
    return all(_leads(other, found, (*on, name)) for other in found[name])
