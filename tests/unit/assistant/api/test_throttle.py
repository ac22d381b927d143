"""The token bucket, shared through Redis and kept in process without it."""

from __future__ import annotations

import asyncio

import pytest

from assistant.api.buckets import Limit
from assistant.api.throttle import Throttle
from assistant.chat.stores.connection import Connection
from assistant.errors import TooManyRequests
from tests.chatkit import NOWHERE

SMALL = Limit(rate=0.01, burst=5)


async def admitted(throttle: Throttle, key: int, count: int) -> int:
    passed = 0
    for _ in range(count):
        try:
            await throttle.admit(key)
        except TooManyRequests:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize("away", [False, True])
async def test_a_burst_passes_and_no_more(away: bool, redis_url: str) -> None:
    throttle = Throttle(Connection(NOWHERE if away else redis_url), SMALL)
    assert await admitted(throttle, 1, 9) == 5
    assert await admitted(throttle, 2, 9) == 5  # another key has its own


async def test_workers_share_a_bucket(redis_url: str) -> None:
    first, second = (Throttle(Connection(redis_url), SMALL) for _ in range(2))
    assert await admitted(first, 1, 3) + await admitted(second, 1, 9) == 5


async def test_requests_that_come_together_do_not_empty_the_bucket_between_them(redis_url: str) -> None:
    throttle = Throttle(Connection(redis_url), Limit(rate=0.01, burst=100))
    await asyncio.gather(*(throttle.admit(1) for _ in range(100)))
    with pytest.raises(TooManyRequests):
        await throttle.admit(1)


async def test_a_busy_key_costs_redis_one_round_trip_in_many_requests(redis_url: str) -> None:
    connection = Connection(redis_url)
    sent = 0
    send = connection.send

    async def counted(*command: object) -> object:
        nonlocal sent
        sent += 1
        return await send(*command)  # type: ignore[arg-type]

    connection.send = counted  # type: ignore[method-assign,assignment]
    throttle = Throttle(connection, Limit(rate=10_000, burst=2_000))
    assert await admitted(throttle, 1, 500) == 500
    assert sent <= 10


async def test_the_bucket_fills_again(redis_url: str) -> None:
    throttle = Throttle(Connection(redis_url), Limit(rate=50, burst=1))
    await throttle.admit(1)
    with pytest.raises(TooManyRequests) as refused:
        await throttle.admit(1)
    assert 0 < (refused.value.retry_after or 0) <= 0.1
    await asyncio.sleep(0.05)
    await throttle.admit(1)


async def test_the_headers_say_what_is_left(redis_url: str) -> None:
    throttle = Throttle(Connection(redis_url), Limit(rate=1, burst=10))
    headers = dict(await throttle.admit(1))
    assert headers[b"ratelimit-policy"] == b'"key";q=10;w=10'
    assert headers[b"ratelimit"] == b'"key";r=9;t=1'
