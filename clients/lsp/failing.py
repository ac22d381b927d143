"""A failing test: its name, the module that it tests, and what the server needs to run it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from clients.lsp.neighbours import classes, gathered_around, modules
from clients.lsp.places import MOST_CHARACTERS, Read, below, gathered, import_root, modules_of, upward
from clients.lsp.titles import titled_at

_SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")
_TEST_FILE = re.compile(
    r"(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$|\.(test|spec)\.[cm]?[jt]sx?$|(^|/)__tests__/.*\.[cm]?[jt]sx?$|Tests?\.java$"
)


@dataclass(frozen=True, slots=True)
class Failing:
    """Texts by the path that is sent, where each of them lies, and which are the module and its test file."""

    files: dict[str, str]
    places: dict[str, Path]
    target: str
    test_file: str


def test_at(path: Path, text: str, line: int) -> str | None:
    """Return the test around a line (from 0) as its runner names it.

    `test_a` and `TestCart::test_b` in Python, the titles of Jest, the method of JUnit.
    """
    language = language_of(path)
    return _python_test_at(text, line) if language == "python" else titled_at(text, line, language)


def language_of(path: Path) -> str:
    """Return the language of a file by its ending; Python where there is none that is known."""
    if path.suffix == ".java":
        return "java"
    return "python" if _SCRIPT.search(path.name) is None else "javascript"


def _python_test_at(text: str, line: int) -> str | None:
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
    """Gather what a fix needs; None when no module of the project is found that the test file is about."""
    if language_of(path) != "python":
        return _gathered_braces(path, text, workspace, read)
    imports = modules_of(path, text, workspace)
    tested = [one for one in imports if one.name != "__init__.py" and not is_test(one)]
    wanted = path.stem.removeprefix("test_").removesuffix("_test")
    source = next((one for one in tested if one.stem == wanted), tested[0] if tested else None)
    if source is None:
        return None
    found = gathered(source, read(source) or "", read)
    files, places = dict(found.files), {name: found.root / name for name in found.files}
    fixtures = [folder / "conftest.py" for folder in upward(path.parent, workspace)]
    for place in [*(one for one in imports if import_root(one) == found.root), *fixtures, path]:
        content = text if place == path else read(place)
        name = below(place, found.root, workspace)
        small = content is not None and sum(map(len, files.values())) + len(content) < MOST_CHARACTERS
        if content is not None and name not in files and (small or place == path):
            files[name], places[name] = content, place
    return Failing(files, places, found.target, below(path, found.root, workspace))


def is_test(path: Path) -> bool:
    """Whether a file holds tests, or fixtures for them."""
    return _TEST_FILE.search(path.as_posix()) is not None


def _gathered_braces(path: Path, text: str, workspace: Path, read: Read) -> Failing | None:
    """Gather JavaScript, TypeScript or Java; of the modules it imports or names the one of its name is meant."""
    language = language_of(path)
    found = gathered_around(path, text, workspace, language, read)
    near = dict.fromkeys(classes(text, path) if language == "java" else modules(text, path))
    codes = [one for one in near if one != path and one.is_relative_to(found.root) and _is_code(one)]
    tested = [one for one in codes if read(one) is not None]
    wanted = re.sub(r"(\.(test|spec))?\.[cm]?[jt]sx?$|Tests?\.java$", "", path.name)
    source = next((one for one in tested if one.stem == wanted), tested[0] if tested else None)
    if source is None:
        return None
    target = source.relative_to(found.root).as_posix()
    files = {**found.files, target: read(source) or ""}
    places = {name: found.root / name for name in files}
    return Failing(files, places, target, path.relative_to(found.root).as_posix())


def _is_code(path: Path) -> bool:
    declares = re.search(r"\.d\.[cm]?ts$", path.name) is not None
    return language_of(path) != "python" and not declares and not is_test(path)
