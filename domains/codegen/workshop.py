"""The generator with its sandbox: checked once, closed where the sandbox does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from domains.codegen.coding.coder import Event
from domains.codegen.coding.fixing import fix
from domains.codegen.coding.work import Wish
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.helping.asking import Source
from domains.codegen.making import generate
from domains.errors import DomainError
from inference.client.protocols import ChatModel
from sandbox import Sandbox, SandboxUnavailable


class WorkshopClosed(DomainError):
    """Untrusted code cannot be run safely on this machine; the message says why."""


class Workshop:
    """Writes tests, several at once if need be."""

    def __init__(self, box: Sandbox | None = None) -> None:
        self._box = box or Sandbox()

    def prove(self) -> None:
        """Run the sandbox's self-test, once. Raises WorkshopClosed."""
        try:
            self._box.check()
        except SandboxUnavailable as error:
            raise WorkshopClosed(str(error)) from error

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

    async def fix(self, wish: Wish, model: ChatModel) -> AsyncGenerator[Event, None]:
        """Fix a failing test. Raises WorkshopClosed, EngineError, ModelError, TimeoutError."""
        try:
            await asyncio.to_thread(self._box.check)
            async with aclosing(fix(wish, model, self._box)) as events:
                async for event in events:
                    yield event
        except SandboxUnavailable as error:
            raise WorkshopClosed(str(error)) from error
