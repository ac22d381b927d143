"""Event streams that outlive a connection: numbered frames, kept for a while, so that a client resumes where it was.

An answer is produced by a task of its own and read by any number of followers, each from the frame it wants. Frames are
mirrored to Redis, so that another worker can serve a resume too. When nobody follows for `GRACE_S`, here or elsewhere,
the task is cancelled, which closes the model's stream: a client that left stops the model within a second, a client
that reconnects at once (the stream asks for 300 ms) misses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

from assistant.chat import texts
from assistant.chat.answerlog import AnswerLog
from assistant.chat.events import Event, Failed, Finished
from assistant.chat.stores.errors import StoreAway
from assistant.chat.stores.frames import Frames
from assistant.errors import NotFound, Unavailable

logger = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
GRACE_S = 0.7
LOCAL_TTL_S = 60.0
POLL_S = 0.1
IDLE_S = 90.0
COMMENT = b": still here\n\n"

Encode = Callable[[int, Event], bytes]


class Streams:
    """The answers being streamed by this process. Belongs to one event loop."""

    def __init__(self, frames: Frames, *, heartbeat: float = HEARTBEAT_S, grace: float = GRACE_S) -> None:
        self._frames = frames
        self._heartbeat = heartbeat
        self._grace = grace
        self._logs: dict[tuple[str, str], AnswerLog] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, tenant: str, answer: str, events: AsyncGenerator[Event, None], encode: Encode) -> None:
        """Start producing an answer; `follow` reads it."""
        log = AnswerLog(tenant, answer)
        self._logs[tenant, answer] = log
        log.producer = self._spawn(self._produce(log, events, encode))
        self._spawn(self._mirror(log))

    async def follow(self, tenant: str, answer: str, after: int = 0) -> AsyncGenerator[bytes, None]:
        """Yield the frames after number `after`, and comments while nothing happens.

        Raises NotFound (answer_not_found) or Unavailable (resume_unavailable) before the first frame.
        """
        log = self._logs.get((tenant, answer))
        source = self._follow_here(log, after) if log is not None else self._follow_elsewhere(tenant, answer, after)
        async with aclosing(source) as frames:
            async for frame in frames:
                yield frame

    async def close(self) -> None:
        """Stop everything under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _produce(self, log: AnswerLog, events: AsyncGenerator[Event, None], encode: Encode) -> None:
        try:
            async with aclosing(events):
                async for event in events:
                    log.append(encode(log.next, event), last=isinstance(event, Finished | Failed))
        except asyncio.CancelledError:  # by `_stop_if_alone`: those who come back later are told
            stopped = Failed(Unavailable(texts.STOPPED, code="stopped", retry_after=1.0))
            log.append(encode(log.next, stopped), last=True)
        finally:
            log.end()
            asyncio.get_running_loop().call_later(LOCAL_TTL_S, self._logs.pop, (log.tenant, log.answer), None)

    async def _follow_here(self, log: AnswerLog, after: int) -> AsyncGenerator[bytes, None]:
        log.listeners += 1
        try:
            while True:
                for frame in log.frames[after:]:
                    after += 1
                    yield frame
                if log.done and after >= len(log.frames):
                    return
                if not await log.changed(after, self._heartbeat):
                    yield COMMENT
        finally:
            log.listeners -= 1
            if not log.listeners and not log.done:
                self._spawn(self._stop_if_alone(log))

    async def _follow_elsewhere(self, tenant: str, answer: str, after: int) -> AsyncGenerator[bytes, None]:
        """Follow an answer that another process produces, or that has ended, from its mirror."""
        try:
            if not await self._frames.exist(tenant, answer):
                raise NotFound(texts.NO_ANSWER, code="answer_not_found")
            quiet = 0.0
            while quiet < IDLE_S:
                frames, ended = await self._frames.after(tenant, answer, after)
                for frame in frames:
                    yield frame
                after += len(frames)
                if ended:
                    return
                quiet = 0.0 if frames else quiet + POLL_S
                if quiet and quiet % self._heartbeat < POLL_S:
                    yield COMMENT
                await asyncio.sleep(POLL_S)
        except StoreAway as away:
            raise Unavailable(texts.NO_RESUME, code="resume_unavailable", retry_after=2.0) from away

    async def _mirror(self, log: AnswerLog) -> None:
        sent = 0
        try:
            while not (log.done and sent == len(log.frames)):
                await log.changed(sent, self._heartbeat)
                fresh = log.frames[sent:]
                await self._frames.append(log.tenant, log.answer, sent, fresh, ended=log.done)
                sent += len(fresh)
        except StoreAway as away:
            logger.info("answer.not_mirrored id=%s reason=%s", log.answer, away)

    async def _stop_if_alone(self, log: AnswerLog) -> None:
        await asyncio.sleep(self._grace)
        while not log.listeners and not log.done:
            if not await self._frames.followed(log.tenant, log.answer):
                if log.producer is not None:
                    log.producer.cancel()
                return
            await asyncio.sleep(POLL_S)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
