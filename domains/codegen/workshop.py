"""The generator with its sandbox: checked once, closed where the sandbox does not hold."""

from __future__ import annotations

from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.helping.asking import Source
from domains.codegen.making import generate
from domains.errors import DomainError
from sandbox import Sandbox, SandboxUnavailable


class WorkshopClosed(DomainError):
    """Untrusted code cannot be run safely on this machine; the message says why."""


class Workshop:
    """Writes tests, several at once if need be."""

    def __init__(self, box: Sandbox | None = None) -> None:
        self._box = box or Sandbox()

    def make(
        self, project: Project, options: Options, watching: Watching | None = None, source: Source | None = None
    ) -> Generated:
        """Write tests that ran, with the help of a model where one is given.

        Raises WorkshopClosed, SourceBroken, NothingToTest, Cancelled.
        """
        try:
            self._box.check()
            return generate(self._box, project, options, watching, source)
        except SandboxUnavailable as error:
            raise WorkshopClosed(str(error)) from error
