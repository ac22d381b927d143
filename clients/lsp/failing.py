"""A failing test in a file of Python tests: its name, the module that it tests, and what the server needs to run it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from clients.lsp.places import MOST_CHARACTERS, Read, gathered, import_root, imported


@dataclass(frozen=True, slots=True)
class Failing:
    """Texts by the path that is sent, where each of them lies, and which are the module and its test file."""

    files: dict[str, str]
    places: dict[str, Path]
    target: str
    test_file: str


def test_at(text: str, line: int) -> str | None:
    """Return the test around a line (from 0) as pytest names it: `test_a`, `TestCart::test_b`."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    for outer in tree.body:
        inner = outer.body if isinstance(outer, ast.ClassDef) else [outer]
        for one in inner:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name.startswith("test"):
                start = min([one.lineno, *(mark.lineno for mark in one.decorator_list)])
                if start <= line + 1 <= (one.end_lineno or one.lineno):
                    return f"{outer.name}::{one.name}" if isinstance(outer, ast.ClassDef) else one.name
    return None


def gathered_for_fix(path: Path, text: str, workspace: Path, read: Read) -> Failing | None:
    """Gather what a fix needs; None when the test file imports no module of the project."""
    modules = _modules(path, text, workspace)
    tested = [one for one in modules if one.name != "__init__.py" and not is_test(one)]
    wanted = path.stem.removeprefix("test_").removesuffix("_test")
    source = next((one for one in tested if one.stem == wanted), tested[0] if tested else None)
    if source is None:
        return None
    found = gathered(source, read(source) or "", read)
    files, places = dict(found.files), {name: found.root / name for name in found.files}
    fixtures = [folder / "conftest.py" for folder in _above(path.parent, workspace)]
    for place in [*(one for one in modules if import_root(one) == found.root), *fixtures, path]:
        content = text if place == path else read(place)
        name = _below(place, found.root, workspace)
        small = content is not None and sum(map(len, files.values())) + len(content) < MOST_CHARACTERS
        if content is not None and name not in files and (small or place == path):
            files[name], places[name] = content, place
    return Failing(files, places, found.target, _below(path, found.root, workspace))


def is_test(path: Path) -> bool:
    """Whether a file holds Python tests, or fixtures for them."""
    return path.suffix == ".py" and (
        path.stem.startswith("test_") or path.stem.endswith("_test") or path.stem == "conftest"
    )


def _modules(path: Path, text: str, workspace: Path) -> list[Path]:
    """Return files of the project that a test file imports, below the folders that imports may start from."""
    roots = [import_root(path)]
    for folder in _above(path.parent, workspace):
        roots += [folder, folder / "src"]
    found: dict[Path, None] = {}
    for module in imported(text, path.relative_to(roots[0]).as_posix()):
        steps = module.split(".")
        for count in range(len(steps)):
            for root in dict.fromkeys(roots):
                place = root.joinpath(*steps[: count + 1])
                for file in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
                    if file != path and file.is_file():
                        found[file] = None
    return list(found)


def _above(folder: Path, workspace: Path) -> list[Path]:
    """Return a folder and those above it within the workspace, the nearest first."""
    if not folder.is_relative_to(workspace):
        return [folder]
    return [folder, *(one for one in folder.parents if one.is_relative_to(workspace))]


def _below(path: Path, root: Path, workspace: Path) -> str:
    """Return the path under which a file is sent."""
    for base in (root, workspace):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return path.name
