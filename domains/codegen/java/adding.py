"""A JUnit class that tests are added to: what it does today, and whether it bears them or they stand beside it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import PurePosixPath

from domains.codegen.engine.adding import AddingTo
from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.java.existing import Existing, existing
from domains.codegen.java.merging import Merge
from domains.codegen.java.reading import Source
from domains.codegen.java.rendering import Case, Written, beside, file
from domains.codegen.java.runner import Jvm
from domains.codegen.java.running import gate, reached
from domains.codegen.javascript.gating import Gated
from domains.codegen.javascript.presence import SHARE, Reached
from sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Adding(AddingTo):
    """A JUnit file of the project on which a run works."""

    jvm: Jvm
    source: Source
    there: Existing
    reached: Reached

    @property
    def file(self) -> Existing:
        """See `AddingTo`."""
        return self.there

    def fresh(self, cases: list[Case]) -> list[Case]:
        """Return the cases that the file does not call yet."""
        return [case for case in cases if not self.there.repeats(case)]

    def settled(self, written: list[Written]) -> Adding:
        """Decide where tests go. Raises Cancelled, SandboxUnavailable.

        They stand beside the file where its class takes none or does not see what is tested, or where one of its
        tests would end otherwise with them in it.
        """
        if not written or (Merge(self.there, self.source).possible and self.bears(lambda: self._with(written))):
            return self
        return replace(self, beside=True)

    def _with(self, written: list[Written]) -> Gated:
        return _ran(self.box, self.jvm, self.project, self.source, self.files(written), self.cancelled)

    def files(self, written: list[Written]) -> dict[str, str]:
        """Return the file with tests added, or one beside it; nothing without tests."""
        if not written:
            return {}
        if not self.beside:
            return {self.there.path: Merge(self.there, self.source).merged(written)}
        name = PurePosixPath(self.there.path).name
        return self.own("More", written, f"Tests of {self.project.target}, beside {name}.")

    def own(self, kind: str, written: list[Written], title: str) -> dict[str, str]:
        """Return a new file, in the package of what is tested, under a name that is free; nothing without tests."""
        target = PurePosixPath(self.project.target)
        if self.there.source.package == self.source.package:
            target = PurePosixPath(self.there.path).with_name(target.name)
        kinds = (kind if n == 1 else f"{kind}{n}" for n in count(1))
        free = next(one for one in kinds if beside(str(target), one) not in self.project.files)
        if not written:
            return {}
        return {beside(str(target), free): file(written, self.source.package, str(target), free, title)}


def begin(
    box: Sandbox, jvm: Jvm, project: Project, source: Source, options: Options, watching: Watching
) -> Adding | None:
    """Read the test file that is asked for, and run it; None where none is.

    Raises SourceBroken, OtherFramework, Cancelled, SandboxUnavailable.
    """
    there = existing(project, options)
    if there is None:
        return None
    watching.progress("existing", 0, 1)
    tests, cancelled = {there.path: there.text}, watching.cancelled
    if not there.tested:
        return Adding(box, project, cancelled, Gated(ended={}), jvm, source, there, Reached())
    try:
        before = _ran(box, jvm, project, source, tests, cancelled)
    except SourceBroken as error:
        raise SourceBroken(f"{there.path} cannot be run: {error}") from error
    seconds = options.budget_s * SHARE
    found = reached(box, jvm, project, source, tests, seconds, before.covered(), cancelled)
    return Adding(box, project, cancelled, before, jvm, source, there, found)


def _ran(
    box: Sandbox, jvm: Jvm, project: Project, source: Source, tests: Mapping[str, str], cancelled: threading.Event
) -> Gated:
    return gate(box, jvm, project, source, tests, cancelled, runs=1, ordered=True)
