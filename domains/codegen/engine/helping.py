"""What the generators let somebody else contribute, and nobody who does: everything works without.

Whatever is given passes the same gate as the rest: it is run in the sandbox, five times, and must reach or notice
something that nothing else does, or hold a sentence of the documentation that nothing else holds.

`Tree` is what a generator read of the target, `Found` what its search found, `Tested` a case of its, `Doubt` a case
that contradicts the code: each language has its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from domains.codegen.engine.types import Contribution, Project
from sandbox import Sandbox

Tree = TypeVar("Tree")
Tree_contra = TypeVar("Tree_contra", contravariant=True)
Found = TypeVar("Found")
Tested = TypeVar("Tested")
Doubt = TypeVar("Doubt")


@dataclass(frozen=True, slots=True)
class Wording:
    """How a test may be called and why it is there; empty for what was not found."""

    name: str = ""
    reason: str = ""


class Help(Protocol[Tree_contra, Found, Tested, Doubt]):
    """Is asked in this order. None of it raises for want of an answer."""

    def begin(self, project: Project, tree: Tree_contra) -> None:
        """Hear what is to be tested; the search begins."""

    def missed(self, lines: list[int]) -> None:
        """Hear which lines the search did not reach; mutants are tried now."""

    def join(self, box: Sandbox, explored: Found) -> Found:
        """Return what was found, with more. Raises Cancelled, SandboxUnavailable."""

    def judge(self, cases: list[Tested], suspicions: list[Doubt]) -> tuple[list[Tested], list[Doubt]]:
        """Return the cases and suspicions with what was read from prose."""

    def word(self, cases: list[Tested]) -> tuple[list[Tested], Mapping[Hashable, str]]:
        """Return the cases with reasons, and better names by what tells a case from others."""

    def credited(self, case: Tested) -> tuple[str, ...]:
        """Say what of a case was given: name, reason, input, expectation."""

    def contribution(self, kept: list[Tested], shown: list[Tested]) -> Contribution:
        """Say what it gave, counted in what is handed out."""


class NoHelp(Generic[Tree, Found, Tested, Doubt]):
    """Implements Help: adds nothing. `contribution` says why."""

    def __init__(self, contribution: Contribution | None = None) -> None:
        self._contribution = contribution or Contribution()

    def begin(self, project: Project, tree: Tree) -> None:
        """See `Help`."""

    def missed(self, lines: list[int]) -> None:
        """See `Help`."""

    def join(self, box: Sandbox, explored: Found) -> Found:  # noqa: ARG002
        """See `Help`."""
        return explored

    def judge(self, cases: list[Tested], suspicions: list[Doubt]) -> tuple[list[Tested], list[Doubt]]:
        """See `Help`."""
        return cases, suspicions

    def word(self, cases: list[Tested]) -> tuple[list[Tested], Mapping[Hashable, str]]:
        """See `Help`."""
        return cases, {}

    def credited(self, case: Tested) -> tuple[str, ...]:  # noqa: ARG002
        """See `Help`."""
        return ()

    def contribution(self, kept: list[Tested], shown: list[Tested]) -> Contribution:  # noqa: ARG002
        """See `Help`."""
        return self._contribution
