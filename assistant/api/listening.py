"""Stop the work for a client that has left, where the answer is sent whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assistant.api.errors import ClientGone
from assistant.api.http import Request

PATIENCE_S = 0.05
"""Most answers are there sooner, and are spared the cost of watching."""


class _Watch:
    """Cancels a task when the client leaves."""

    def __init__(self, request: Request, work: asyncio.Task[object]) -> None:
        self._request = request
        self._work = work
        self._watching: asyncio.Task[None] | None = None
        self.left = False

    def begin(self) -> None:
        self._watching = asyncio.create_task(self._wait())

    def end(self) -> None:
        if self._watching is not None:
            self._watching.cancel()

    async def _wait(self) -> None:
        await self._request.disconnected()
        self.left = True
        self._work.cancel()


@asynccontextmanager
async def listening(request: Request) -> AsyncIterator[None]:
    """Cancel the body when the client leaves, which closes the model's stream. Raises ClientGone then."""
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("listening() belongs into a task of the event loop")
    watch = _Watch(request, task)
    timer = asyncio.get_running_loop().call_later(PATIENCE_S, watch.begin)
    try:
        yield
    except asyncio.CancelledError:
        if not watch.left:
            raise
        task.uncancel()
        raise ClientGone from None
    finally:
        timer.cancel()
        watch.end()
