"""What the generator lets somebody else contribute, and nobody who does: everything works without.

Whatever is given passes the same gate as the rest: it is run in the sandbox, five times, and must reach or notice
something that nothing else does, or hold a sentence of the documentation that nothing else holds.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from domains.codegen.engine.exploring import Explored
from domains.codegen.engine.inside.scenarios import Scenario
from domains.codegen.engine.judging import Suspicion
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.types import Contribution, Project
from sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Wording:
    """How a test may be called and why it is there; empty for what was not found."""

    name: str = ""
    reason: str = ""


class Help(Protocol):
    """Is asked in this order. None of it raises for want of an answer."""

    def begin(self, project: Project, tree: ast.Module) -> None:
        """Hear what is to be tested; the search begins."""

    def missed(self, lines: list[int]) -> None:
        """Hear which lines the search did not reach; mutants are tried now."""

    def join(self, box: Sandbox, explored: Explored) -> Explored:
        """Return what was found, with more. Raises Cancelled, SandboxUnavailable."""

    def judge(self, cases: list[Case], suspicions: list[Suspicion]) -> tuple[list[Case], list[Suspicion]]:
        """Return the cases and suspicions with what was read from prose."""

    def word(self, cases: list[Case]) -> Mapping[Scenario, Wording]:
        """Return better names, and reasons."""

    def credited(self, case: Case) -> tuple[str, ...]:
        """Say what of a case was given: name, reason, input, expectation."""

    def contribution(self, kept: list[Case], shown: list[Case]) -> Contribution:
        """Say what it gave, counted in what is handed out."""


class NoHelp:
    """Implements Help: adds nothing. `state` says why."""

    def __init__(self, contribution: Contribution | None = None) -> None:
        self._contribution = contribution or Contribution()

    def begin(self, project: Project, tree: ast.Module) -> None:
        """See `Help`."""

    def missed(self, lines: list[int]) -> None:
        """See `Help`."""

    def join(self, box: Sandbox, explored: Explored) -> Explored:  # noqa: ARG002
        """See `Help`."""
        return explored

    def judge(self, cases: list[Case], suspicions: list[Suspicion]) -> tuple[list[Case], list[Suspicion]]:
        """See `Help`."""
        return cases, suspicions

    def word(self, cases: list[Case]) -> Mapping[Scenario, Wording]:  # noqa: ARG002
        """See `Help`."""
        return {}

    def credited(self, case: Case) -> tuple[str, ...]:  # noqa: ARG002
        """See `Help`."""
        return ()

    def contribution(self, kept: list[Case], shown: list[Case]) -> Contribution:  # noqa: ARG002
        """See `Help`."""
        return self._contribution
