"""Tests that are there already: sent along, so that the server adds to them; asked again without where it cannot."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from clients.lsp.api import Generated
from clients.lsp.neighbours import gathered_around
from clients.lsp.places import (
    MOST_CHARACTERS,
    MOST_FILES,
    Read,
    below,
    gathered,
    import_root,
    modules_of,
    path_of_tests,
    upward,
)
from clients.lsp.problems import Problem
from clients.lsp.testplaces import TestFile, file_of_tests, root_for, usual_name

_MOST_CONFTESTS = 19
"""The server takes twenty files as existing ones."""
_BLAMED = frozenset({"broken_source", "syntax_error", "too_large", "body_too_large"})
_UNKNOWN = frozenset({"invalid_input"})
"""Of servers that do not know the field."""
_OTHER = "other_framework"


@dataclass(frozen=True, slots=True)
class There:
    """The project's file of tests, by the name under which it is sent; the text has line ends of one sign."""

    path: Path
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server made, and whether it added to the tests that are there, or why it could not."""

    made: Generated
    there: There | None = None
    added: bool = False
    refused: Problem | None = None

    @property
    def unable(self) -> Problem | None:
        """Why the tests that are there could not be run; not that a server adds to no such file."""
        return None if self.refused is None or self.refused.code in _UNKNOWN else self.refused

    def apart(self, name: str, source: Path, language: str) -> tuple[str, str] | None:
        """Return the name and text of a file that has no place in the one that is there; None where it has.

        Tests that pass are added to that one; those of another framework get a file, and in Java a class, beside it.
        """
        usual, text, base = usual_name(source, language), self.made.files[name], PurePosixPath(name).name
        other = self.refused is not None and self.refused.code == _OTHER
        if self.there is None or self.grew(name) or (base == usual and not other):
            return None
        if base != usual:
            return base, text
        path = usual_name(source, language, more=True)
        if language == "java":
            text = re.sub(rf"\b{source.stem}Test\b", f"{source.stem}MoreTest", text)
        return path, text

    def grew(self, name: str) -> bool:
        """Whether this file of the answer is the one that is there, with what is new."""
        return self.added and self.there is not None and name == self.there.name


@dataclass(slots=True)
class _Load:
    """What goes along, within the limits."""

    files: dict[str, str]
    existing: dict[str, str] = field(default_factory=dict)

    def add(self, where: dict[str, str], name: str, text: str) -> bool:
        size = sum(map(len, self.files.values())) + sum(map(len, self.existing.values()))
        known = name in self.files or name in self.existing
        if known or len(self.files) >= MOST_FILES or size + len(text) > MOST_CHARACTERS:
            return False
        where[name] = text
        return True

    def conftests(self, found: list[TestFile], root: Path, workspace: Path) -> list[TestFile]:
        """Put files beside the tests, and return those that fit."""
        return [one for one in found if self.add(self.existing, below(one.path, root, workspace), one.text)]


def with_tests(
    source: Path, body: dict[str, Any], workspace: Path, setting: str, read: Read
) -> tuple[dict[str, Any], There | None]:
    """Put the tests of a source beside what is sent of it, or else the fixtures for its first ones.

    As it was where neither fits.
    """
    language = body["language"]
    found = file_of_tests(source, language, workspace, setting, read)
    if found is None:
        return (_with_fixtures(source, body, workspace, setting, read) if language == "python" else body), None
    text = found.text.replace("\r\n", "\n")
    files, target, root = (
        body["files"],
        body["target"],
        workspace if source.is_relative_to(workspace) else source.parent,
    )
    if language == "python":
        root = root_for(found, source, workspace) or import_root(source)
        if root != import_root(source):
            wider = gathered(source, files[target], read, root)
            files, target = wider.files, wider.target
    there = There(found.path, below(found.path, root, workspace), text)
    load = _Load(dict(files))
    if not load.add(load.existing, there.name, text):
        return body, there
    if language == "python":
        taken = load.conftests(_conftests(there.path.parent, workspace, read), root, workspace)
        _python_neighbours([TestFile(there.path, text), *taken], load, root, workspace, read)
    else:
        for name, content in gathered_around(there.path, text, workspace, language, read).files.items():
            load.add(load.files, name, content)
    return {**body, "files": load.files, "target": target, "existing": load.existing}, there


def _with_fixtures(source: Path, body: dict[str, Any], workspace: Path, setting: str, read: Read) -> dict[str, Any]:
    """Put beside the source the fixtures that are in force where its first tests will stand."""
    folder = path_of_tests(source, usual_name(source, "python"), workspace, setting).parent
    found = _conftests(folder, workspace, read)
    roots = (root_for(one, source, workspace) for one in found)
    own = import_root(source)
    root = next((one for one in roots if one is not None), own)
    files, target = body["files"], body["target"]
    if root != own:
        wider = gathered(source, files[target], read, root)
        files, target = wider.files, wider.target
    load = _Load(dict(files))
    taken = load.conftests(found, root, workspace)
    if not taken:
        return body
    _python_neighbours(taken, load, root, workspace, read)
    return {**body, "files": load.files, "target": target, "existing": load.existing}


def _conftests(folder: Path, workspace: Path, read: Read) -> list[TestFile]:
    """Return each `conftest.py` that is in force in a folder, the nearest first."""
    paths = [one / "conftest.py" for one in upward(folder, workspace)][:_MOST_CONFTESTS]
    return [TestFile(path, text) for path in paths if (text := read(path)) is not None]


def _python_neighbours(queue: list[TestFile], load: _Load, root: Path, workspace: Path, read: Read) -> None:
    """Take what tests and fixtures import of the project."""
    while queue:
        one = queue.pop(0)
        for path in modules_of(one.path, one.text, workspace):
            text = read(path)
            if text is not None and load.add(load.files, below(path, root, workspace), text):
                queue.append(TestFile(path, text))


async def asked(
    body: dict[str, Any], plain: dict[str, Any], there: There | None,
    ask: Callable[[dict[str, Any]], Awaitable[Generated]],
) -> Answer:  # fmt: skip
    """Ask with the tests that are there; where the server cannot run them, without. Raises Problem as `ask` does."""
    if "existing" not in body:
        return Answer(await ask(plain), there)
    try:
        return Answer(await ask(body), there, added=True)
    except Problem as problem:
        if problem.code not in _BLAMED | _UNKNOWN | {_OTHER}:
            raise
        return Answer(await ask(plain), there, refused=problem)
