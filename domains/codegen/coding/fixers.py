"""What fixing a failing test needs of a language: running it, judging it, and putting a part of a file anew."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from domains.codegen.coding.evidence import Failure
from domains.codegen.coding.suspects import Where
from domains.codegen.coding.work import Verdict, Wish
from domains.codegen.engine.ended import Ended


@dataclass(frozen=True, slots=True)
class Attempt:
    """A file as it might be."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a file, from 1, and their text."""

    start: int
    end: int
    text: str


class Fixer(Protocol):
    """One failing test in the sandbox. Setting `cancelled` ends what runs."""

    wish: Wish
    cancelled: threading.Event

    def failure(self) -> tuple[Failure | None, Ended]:
        """Run the test as it is, with the documented examples of what it calls; None where it passes.

        Raises NothingToTest, SourceBroken, MissingRunner, Cancelled.
        """

    def verdict(self, failure: Failure) -> Verdict:
        """Say what seems wrong, by what was run and written."""

    def places(self, verdict: Verdict, failure: Failure) -> list[Where]:
        """Say what to write anew, the likeliest first."""

    def lines(self, where: Where) -> Lines | None:
        """Return what would be written anew; None where it is not there."""

    def test(self, failure: Failure) -> Lines | None:
        """Return the failing test."""

    def suspect(self, failure: Failure) -> Lines | None:
        """Return the likeliest function of the code."""

    def attempt(self, where: Where, code: str) -> Attempt | None:
        """Put what a model wrote in its place; None where nothing changes or it is not what was asked for."""

    def holds(self, failure: Failure, before: Ended, attempt: Attempt) -> bool:
        """Whether a change lets the test pass and keeps the rest, see `fixing`."""
