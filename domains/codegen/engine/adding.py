"""A test file that tests are added to, in any language: what it covers today, and whether it bears them."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from domains.codegen.engine.ended import Ended
from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Coverage, Project
from sandbox import Sandbox


class There(Protocol):
    """A file of tests: its path in the project, and what it says."""

    @property
    def path(self) -> str:
        """Where it lies in the project."""

    @property
    def text(self) -> str:
        """What it says."""


@dataclass(frozen=True, slots=True)
class AddingTo(ABC):
    """A test file on which a run works; `ran` is how it ended before, `beside` where tests get a file of their own."""

    box: Sandbox
    project: Project
    cancelled: threading.Event
    ran: Ended
    beside: bool = field(default=False, kw_only=True)

    @property
    @abstractmethod
    def file(self) -> There:
        """The file that is there."""

    @property
    def before(self) -> Coverage:
        """What the file's tests cover as it is."""
        return self.ran.covered()

    def measured(self, files: Mapping[str, str]) -> dict[str, str]:
        """Return the files whose coverage is told: what was there counts too."""
        return {self.file.path: self.file.text, **files}

    def bears(self, run: Callable[[], Ended]) -> bool:
        """Whether every test of the file ends with new ones in it as it did without. Raises what `run` does.

        Where `run` says that nothing could be run, it does not.
        """
        try:
            after = run()
        except SourceBroken:
            return False
        return all(after.ended.get(name) == ends for name, ends in self.ran.ended.items())
