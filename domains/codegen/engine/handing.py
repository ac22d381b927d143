"""Puts tests into files: one of their own, or the project's that is there already."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import PurePosixPath

from domains.codegen.engine.existing import Existing, imported
from domains.codegen.engine.fixtures import NONE, Fixtures
from domains.codegen.engine.formatting import formatted
from domains.codegen.engine.inside.qualifying import imported_classes
from domains.codegen.engine.inside.scenarios import TAKEN
from domains.codegen.engine.inside.world import World
from domains.codegen.engine.rendering import Written, file
from domains.codegen.engine.types import Project


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the tests of a module are written. `own` are the module's names, `staged` what is held still."""

    project: Project
    own: frozenset[str]
    staged: World
    there: Existing | None
    given: Fixtures = NONE

    @property
    def at_top(self) -> bool:
        """Whether new tests lie at the project's root, beside the conftest.py whose fixtures they may take."""
        return bool(self.given.names) and not self.given.folder

    def files(self, good: list[Written], bad: list[Written]) -> dict[str, str]:
        """Return the files: tests that pass, and the contradictions in a file of their own."""
        module = self.project.module
        stem = module.rpartition(".")[2]
        files = self._good(good, self._placed(f"test_{stem}.py", good), f"Tests of {module}.") if good else {}
        if bad:
            title = f"Contradictions between {module} and what it says of itself: each test fails."
            files[self._placed(f"test_{stem}_suspected.py", bad)] = self._text(bad, title)
        return files

    def _placed(self, name: str, written: list[Written]) -> str:
        """Put tests that take fixtures where these are in force, under a name that is free there."""
        taken = any(
            TAKEN.search(step.source()) for one in written for case in one.cases for step in case.scenario.steps
        )
        place = PurePosixPath(self.given.folder) / name
        while taken and str(place) in self.project.files:
            place = place.with_name(f"{place.stem}_more.py")
        return str(place) if taken else name

    def _good(self, good: list[Written], name: str, title: str) -> dict[str, str]:
        text = self._text(good, title)
        if self.there is None:
            return {name: text}
        merged = self.there.merged(text)
        return {self.there.beside(): text} if merged is None else {self.there.path: merged}

    def _text(self, written: list[Written], title: str) -> str:
        return formatted(
            file(written, self.project.module, self.own, title, self.staged, _borrowed(self.project.source))
        )


def _borrowed(source: str) -> dict[str, str]:
    """Return what a module imports at its top from the standard library: a test takes it from there too, by name."""
    tree = ast.parse(source)
    apart = imported_classes(tree)
    lines = ((name, text) for node in tree.body for name, text in imported(node).items() if name not in apart)
    return {name: text for name, text in lines if _is_standard(text.split()[1]) and name.isidentifier() and name != "*"}


def _is_standard(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in sys.stdlib_module_names
