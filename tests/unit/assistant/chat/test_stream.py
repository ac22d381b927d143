"""Streams that outlive a connection, over a Redis that is real, or away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from assistant.chat.events import Delta, Event, Failed, Started
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.frames import Frames
from assistant.chat.stream import COMMENT, GRACE_S, Streams
from assistant.errors import NotFound, Text, Unavailable
from tests.chatkit import NOWHERE


def encode(number: int, event: Event) -> bytes:
    body = event.text if isinstance(event, Delta) else event.name
    return f"{number}:{body};".encode()


class Source:
    """Says `count` deltas, `delay` apart; notes whether it was closed early."""

    def __init__(self, count: int, delay: float = 0.0) -> None:
        self.count, self.delay = count, delay
        self.closed_early = False

    async def events(self) -> AsyncGenerator[Event, None]:
        try:
            yield Started("a", "c")
            for n in range(self.count):
                await asyncio.sleep(self.delay)
                yield Delta(f"d{n}")
            yield Failed(Unavailable(Text("over", "完")))
        except (GeneratorExit, asyncio.CancelledError):
            self.closed_early = True
            raise


def streams(redis_url: str = NOWHERE, **more: float) -> Streams:
    return Streams(Frames(Connection(redis_url)), **{"heartbeat": 0.05, "grace": 0.1, **more})


async def take(frames: AsyncGenerator[bytes, None], count: int) -> list[bytes]:
    taken = [await anext(frames) for _ in range(count)]
    await frames.aclose()
    return taken


async def test_every_follower_gets_every_frame_in_order_from_where_it_wants() -> None:
    where = streams(heartbeat=5)
    where.open("demo", "a", Source(3, 0.01).events(), encode)
    whole = b"1:started;2:d0;3:d1;4:d2;5:failed;"
    first, second, late = await asyncio.gather(
        *(_join(where.follow("demo", "a", after)) for after in (0, 0, 2)), return_exceptions=False
    )
    assert first == second == whole
    assert late == b"3:d1;4:d2;5:failed;"
    await where.close()


async def test_a_quiet_answer_sends_comments() -> None:
    where = streams(heartbeat=0.02)
    where.open("demo", "a", Source(1, 0.2).events(), encode)
    assert COMMENT in [frame async for frame in where.follow("demo", "a")]


async def test_when_nobody_follows_the_source_is_closed_and_late_comers_are_told() -> None:
    where, source = streams(heartbeat=5, grace=0.05), Source(50, 0.05)
    where.open("demo", "a", source.events(), encode)
    await take(where.follow("demo", "a"), 2)
    await asyncio.sleep(0.3)
    assert source.closed_early
    frames = [frame async for frame in where.follow("demo", "a", 2)]
    assert frames[-1].endswith(b":failed;")


async def test_who_returns_within_the_grace_keeps_it_running() -> None:
    where, source = streams(heartbeat=5, grace=0.3), Source(6, 0.05)
    where.open("demo", "a", source.events(), encode)
    await take(where.follow("demo", "a"), 2)
    await asyncio.sleep(0.1)
    rest = b"".join([frame async for frame in where.follow("demo", "a", 2)])
    assert not source.closed_early
    assert rest.startswith(b"3:d1;")
    assert rest.endswith(b"8:failed;")


async def test_another_process_follows_through_redis_and_keeps_it_running(redis_url: str) -> None:
    # A grace as in service: on a busy machine the first connection to Redis alone may cost a shorter one.
    ours, theirs = streams(redis_url, heartbeat=5, grace=GRACE_S), streams(redis_url, heartbeat=5)
    source = Source(20, 0.1)
    ours.open("demo", "a", source.events(), encode)
    seen = await take(ours.follow("demo", "a"), 3)
    rest = [frame async for frame in theirs.follow("demo", "a", 3)]
    assert b"".join(seen + rest) == b"1:started;" + b"".join(b"%d:d%d;" % (n + 2, n) for n in range(20)) + b"22:failed;"
    assert not source.closed_early


async def test_an_unknown_answer_and_a_strangers_are_not_found(redis_url: str) -> None:
    where = streams(redis_url)
    where.open("demo", "a", Source(1).events(), encode)
    for tenant, answer in (("demo", "b"), ("other", "a")):
        with pytest.raises(NotFound):
            await anext(where.follow(tenant, answer))
    await where.close()


async def test_without_redis_a_strange_answer_is_an_honest_503() -> None:
    with pytest.raises(Unavailable) as away:
        await anext(streams().follow("demo", "b"))
    assert away.value.code == "resume_unavailable"


async def _join(frames: AsyncGenerator[bytes, None]) -> bytes:
    return b"".join([frame async for frame in frames])
