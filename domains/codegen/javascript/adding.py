"""A Jest file that tests are added to: what it does today, and whether it bears them or they stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import PurePosixPath

from domains.codegen.engine.adding import AddingTo
from domains.codegen.engine.types import Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.javascript.existing import Existing, existing
from domains.codegen.javascript.gating import Gated, formatted
from domains.codegen.javascript.judging import Case
from domains.codegen.javascript.merging import Merge, style
from domains.codegen.javascript.presence import Reached, ran, reached
from domains.codegen.javascript.rendering import Written, file
from domains.codegen.javascript.runner import Node
from domains.codegen.javascript.structure import Structure
from sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Adding(AddingTo):
    """A Jest file of the project on which a run works."""

    node: Node
    merge: Merge
    reached: Reached

    @property
    def file(self) -> Existing:
        """See `AddingTo`."""
        return self.merge.there

    def fresh(self, cases: list[Case]) -> list[Case]:
        """Return the cases that the file does not call yet."""
        return [case for case in cases if not self.merge.there.repeats(case, self.merge.structure)]

    def settled(self, written: list[Written]) -> tuple[Adding, list[Written]]:
        """Decide where tests go, and name them as they are called there. Raises Cancelled, SandboxUnavailable.

        They stand beside the file where it mocks modules, where its names mean something else, or where one of its
        tests would end otherwise with them in it.
        """
        named = self.merge.named(written)
        if not written or (not self.merge.there.closed and self.bears(lambda: self._with(named))):
            return self, named
        return replace(self, beside=True), written

    def _with(self, named: list[Written]) -> Gated:
        return ran(self.box, self.node, self.project, self.files(named), self.file.path, self.cancelled)

    def files(self, written: list[Written]) -> dict[str, str]:
        """Return the file with tests added, or one beside it; nothing without tests."""
        if not written:
            return {}
        there = self.merge.there
        if not self.beside:
            return {there.path: self.merge.merged(written, self._formatted)}
        return self.own(there.aside, written, f"Tests of {self.merge.target}, beside {PurePosixPath(there.path).name}.")

    def suspected(self, written: list[Written], title: str) -> dict[str, str]:
        """Return the file of tests that fail, which lies beside the one that is there."""
        target = PurePosixPath(self.merge.target)
        name = PurePosixPath(self.merge.there.path).with_name(f"{target.stem}.suspected.test{target.suffix}")
        return self.own(str(name), written, title) if written else {}

    def own(self, name: str, written: list[Written], title: str) -> dict[str, str]:
        """Return a new file under a name that is free."""
        free = next(one for one in _names(name) if one not in self.project.files)
        folder = str(PurePosixPath(free).parent)
        text = file(written, self.merge.structure, self.merge.target, title, folder)
        return dict(self._formatted({free: text}, style(self.merge.there)))

    def _formatted(self, texts: Mapping[str, str], settings: Mapping[str, object]) -> Mapping[str, str]:
        return formatted(self.box, self.node, self.project, texts, self.cancelled, style=settings)


def begin(
    box: Sandbox, node: Node, project: Project, structure: Structure, options: Options, watching: Watching
) -> Adding | None:
    """Read the test file that is asked for, and run it; None where none is.

    Raises SourceBroken, OtherFramework, Cancelled, SandboxUnavailable.
    """
    there = existing(project, options)
    if there is None:
        return None
    watching.progress("existing", 0, 1)
    merge = Merge(there, structure, project.target)
    if not there.names:
        return Adding(box, project, watching.cancelled, Gated(ended={}), node, merge, Reached())
    before = ran(box, node, project, {there.path: there.text}, there.path, watching.cancelled)
    found = reached(box, node, project, there.path, structure, options, before.covered(), watching.cancelled)
    return Adding(box, project, watching.cancelled, before, node, merge, found)


def _names(name: str) -> Iterator[str]:
    head, dot, rest = PurePosixPath(name).name.partition(".")
    yield name
    for n in count(2):
        yield str(PurePosixPath(name).with_name(f"{head}{n}{dot}{rest}"))
