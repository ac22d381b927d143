"""Asks a chat model from a thread: within a deadline, stopped with the run, never raising for want of an answer."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inference.client.errors import ModelError
from inference.client.protocols import ChatModel
from inference.client.types import ChatRequest, Message, Sampling

_TICK_S = 0.05
_HEALTH_S = 1.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """A chat model and the event loop that it belongs to."""

    model: ChatModel
    loop: asyncio.AbstractEventLoop


@contextmanager
def own_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread, for programs that have none; what still runs on it at the end is stopped."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_until_stopped, args=(loop,), name="model", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5.0)


def _until_stopped(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop; told to stop, end its tasks too: of one that never began is told that nobody awaited it."""
    try:
        loop.run_forever()
        loop.run_until_complete(asyncio.sleep(0))  # questions that came with the word to stop become tasks
        while tasks := asyncio.all_tasks(loop):
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


@dataclass(slots=True)
class Asker:
    """Asks until `until` (of time.monotonic) or until `cancelled`. Counts questions and the seconds of waiting."""

    source: Source
    until: float
    cancelled: threading.Event
    questions: int = 0
    failed: str = ""
    """Why the model did not answer, the last time it did not."""
    _open: list[Future[str]] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Seconds that may still pass."""
        return 0.0 if self.cancelled.is_set() else max(0.0, self.until - time.monotonic())

    def name(self) -> str:
        """Say who answers; empty where nobody does."""
        if not self._now(self.source.model.healthy(), default=False):
            return ""
        info = self._now(self.source.model.info(), default=None)
        return "" if info is None else info.name

    def begin(self, messages: tuple[Message, ...], schema: dict[str, Any], tokens: int) -> Future[str]:
        """Ask; the answer is waited for by `answer`."""
        self.questions += 1
        request = ChatRequest(messages, Sampling(max_tokens=tokens), domain="codegen", schema=json.dumps(schema))
        asked = _begun(_whole(self.source.model, request), self.source.loop)
        self._open.append(asked)
        return asked

    def answer(self, asked: Future[str]) -> dict[str, Any]:
        """Wait for an answer and read it; empty where there is none in time, or it is no JSON object."""
        while not asked.done() and self.left > 0:
            try:
                asked.exception(timeout=min(_TICK_S, self.left))
            except (TimeoutError, CancelledError):
                continue
        if asked in self._open:
            self._open.remove(asked)
        if not asked.done():
            asked.cancel()
            return {}
        if asked.cancelled():
            return {}
        error = asked.exception()
        if isinstance(error, ModelError | TimeoutError | RuntimeError):
            self.failed = str(error)
            return {}
        return _object(asked.result())

    def close(self) -> None:
        """Stop what is still being asked."""
        for asked in self._open:
            asked.cancel()
        self._open.clear()

    def _now(self, question: Coroutine[Any, Any, T], default: T) -> T:
        """Return what a short question gives within a moment; questions of this kind raise nothing."""
        asked = _begun(question, self.source.loop)
        try:
            return asked.result(timeout=_HEALTH_S)
        except (TimeoutError, CancelledError, ModelError, LoopEnded):
            asked.cancel()
            return default


class LoopEnded(RuntimeError):
    """The event loop that the model belongs to takes no more questions."""


def _begun(question: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> Future[T]:
    """Put a question to a loop; one that is closed answers with LoopEnded."""
    try:
        return asyncio.run_coroutine_threadsafe(question, loop)
    except RuntimeError:
        question.close()
        refused: Future[T] = Future()
        refused.set_exception(LoopEnded("its event loop has ended"))
        return refused


async def _whole(model: ChatModel, request: ChatRequest) -> str:
    async with aclosing(model.stream(request)) as deltas:
        return "".join([delta.text async for delta in deltas])


def _object(text: str) -> dict[str, Any]:
    """Read the JSON object in an answer; a server without grammars may put words around it."""
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 or end < begin:
        return {}
    try:
        read = json.loads(text[begin : end + 1])
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
