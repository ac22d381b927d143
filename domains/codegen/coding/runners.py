"""The real runners for a fix in JavaScript, TypeScript and Java; they run what the documentation says, too."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from domains.codegen.engine.contracts import Check
from domains.codegen.engine.errors import EngineError, SourceBroken
from domains.codegen.engine.types import Options, Project
from domains.codegen.java import generate as java
from domains.codegen.java import rendering as java_rendering
from domains.codegen.java import running as java_running
from domains.codegen.java.reading import read as read_java
from domains.codegen.java.runner import find as find_java
from domains.codegen.javascript import exploring, gating, judging, parsing, rendering, structure
from domains.codegen.javascript.gating import Gated
from domains.codegen.javascript.runner import find as find_node
from domains.codegen.languages import language_of
from sandbox import Sandbox

_SAID_S = 0.5
"""Of search, beside the documented calls, which are what is wanted."""


@dataclass(frozen=True, slots=True)
class Documented:
    """Documented calls that the code keeps, and that it breaks."""

    kept: tuple[Check, ...] = ()
    broken: tuple[Check, ...] = ()


class Runner(Protocol):
    """Runs tests and documented calls of one language. Raises MissingRunner, Cancelled, SandboxUnavailable."""

    def gate(self, project: Project, tests: Mapping[str, str], cancelled: threading.Event, runs: int) -> Gated:
        """Run test files. Raises SourceBroken."""

    def documented(self, project: Project, cancelled: threading.Event) -> Documented:
        """Run what the target's comments say; nothing where they say nothing or it cannot be run."""


def runner(box: Sandbox, target: str) -> Runner:
    """Return the runner for a file."""
    return JUnit(box) if language_of(target) == "java" else Jest(box)


@dataclass(frozen=True, slots=True)
class Jest:
    """See `Runner`."""

    box: Sandbox

    def gate(self, project: Project, tests: Mapping[str, str], cancelled: threading.Event, runs: int) -> Gated:
        """See `Runner`."""
        return gating.gate(self.box, find_node(), project, tests, cancelled, runs=runs)

    def documented(self, project: Project, cancelled: threading.Event) -> Documented:
        """See `Runner`."""
        try:
            root = parsing.parse(project.source.encode(), parsing.grammar_of(project.target) or "javascript").root_node
            read = structure.read(root, PurePosixPath(project.target).stem)
            checks = exploring.checks_of(read)
            if not checks:
                return Documented()
            options = Options(budget_s=_SAID_S)
            explored = exploring.explore(
                self.box, find_node(), project, root, read, checks, options, _quiet, cancelled
            )  # fmt: skip
        except (SourceBroken, EngineError):
            if cancelled.is_set():
                raise
            return Documented()
        cases, suspicions = judging.judge(explored, read, checks)
        shown = {target.callee: target.shown for target in read.targets}
        said = {check.scenario for check in checks}
        kept = [_jest(case, shown) for case in cases if case.label == "contract" and case.scenario in said]
        broken = [_jest(one.case, shown) for one in suspicions if one.case.scenario in said]
        return Documented(tuple(kept), tuple(broken))


@dataclass(frozen=True, slots=True)
class JUnit:
    """See `Runner`."""

    box: Sandbox

    def gate(self, project: Project, tests: Mapping[str, str], cancelled: threading.Event, runs: int) -> Gated:
        """See `Runner`."""
        return java_running.gate(
            self.box, find_java(), project, read_java(project.source.encode()), tests, cancelled, runs=runs
        )

    def documented(self, project: Project, cancelled: threading.Event) -> Documented:
        """See `Runner`."""
        try:
            source = read_java(project.source.encode())
            if not source.examples:
                return Documented()
            options = Options(budget_s=_SAID_S)
            explored = java_running.explore(self.box, find_java(), project, source, options, _quiet, cancelled)
        except EngineError:
            if cancelled.is_set():
                raise
            return Documented()
        cases, wrong = java.judge(explored, source)
        said = {java_rendering.calls(row) for row in explored.checks}
        kept = [_junit(case) for case in cases if case.label == "contract" and java_rendering.calls(case.row) in said]
        return Documented(tuple(kept), tuple(_junit(case) for case in wrong))


def _jest(case: judging.Case, shown: Mapping[str, str]) -> Check:
    throws = case.seen.kind == "throws"
    value, raises = (None, case.seen.text) if throws else (case.seen.text, None)
    return Check(0, case.scenario.symbol, rendering.calls(case, shown), value, raises, case.note)


def _junit(case: java_rendering.Case) -> Check:
    throws = case.row.seen.kind == "throws"
    value, raises = (None, case.row.seen.text) if throws else (case.row.seen.text, None)
    return Check(0, case.row.symbol, java_rendering.calls(case.row), value, raises, case.note)


def _quiet(stage: str, done: int, of: int) -> None:
    """Nobody watches the search of a fix."""
