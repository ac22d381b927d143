"""One call for identical questions that are under way at the same time: in this process and, by Redis, in all.

The first to ask leads; the others wait until it has landed and then look in the cache. A leader that breaks off lets
the next one lead. Without Redis each process has a leader of its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import redis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

logger = logging.getLogger(__name__)

PREFIX = "answers:flight:"
LEASE_MS = 6_000
RENEW_S = 2.0
LOOK_S = 0.05
LANDED_MS = 1_000
TIMEOUT_S = 0.5
PAUSE_S = 1.0
"""After a failure Redis is left alone so long."""
_LANDED = b"landed"
_RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
_LAND = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('set', KEYS[1], 'landed', 'px', ARGV[2]) end "
    "return 0"
)
_ABANDON = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


@dataclass(slots=True)
class Seat:
    """A place on a flight. A leader sets `landed` when its answer is complete; a follower reads it."""

    leads: bool
    landed: bool = False


class Flights:
    """Knows who is under way. Belongs to one event loop at a time."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._aloft: dict[str, asyncio.Future[bool]] = {}
        self._client: Any = None  # the stubs lag behind redis-py 8
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rests_until = 0.0

    @asynccontextmanager
    async def board(self, key: str) -> AsyncIterator[Seat]:
        """Lead, or wait for whoever does: the seat says which. Leaving the block ends the flight one leads."""
        under_way = self._aloft.get(key)
        if under_way is not None and under_way.get_loop() is asyncio.get_running_loop():
            yield Seat(leads=False, landed=await asyncio.shield(under_way))
            return
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._aloft[key] = mine
        seat = Seat(leads=True)
        token = uuid.uuid4().hex
        try:
            elsewhere = await self._follow(key, token)
            if elsewhere is not None:
                mine.set_result(elsewhere)
                yield Seat(leads=False, landed=elsewhere)
                return
            renewing = asyncio.create_task(self._renew(key, token))
            try:
                yield seat
            finally:
                renewing.cancel()
                await self._run(_LAND if seat.landed else _ABANDON, key, token, LANDED_MS)
        finally:
            self._aloft.pop(key, None)
            if not mine.done():
                mine.set_result(seat.landed)

    async def _follow(self, key: str, token: str) -> bool | None:
        """Take the lead (None), or wait for another process's leader and say whether it landed."""
        while True:
            try:
                client = self._connected()
                if client is None or await client.set(PREFIX + key, token, nx=True, px=LEASE_MS):
                    return None
                holder = await client.get(PREFIX + key)
            except (redis.RedisError, OSError) as error:
                self._rest(error)
                return None
            if holder == _LANDED:
                return True
            if holder is not None:
                await asyncio.sleep(LOOK_S)

    async def _renew(self, key: str, token: str) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            await self._run(_RENEW, key, token, LEASE_MS)

    async def _run(self, script: str, key: str, token: str, milliseconds: int) -> None:
        client = self._connected()
        if client is None:
            return
        with suppress(asyncio.CancelledError):
            try:
                await client.eval(script, 1, PREFIX + key, token, milliseconds)
            except (redis.RedisError, OSError) as error:
                self._rest(error)

    def _rest(self, error: Exception) -> None:
        logger.warning("flights.alone error=%s", error)
        self._rests_until = time.monotonic() + PAUSE_S

    def _connected(self) -> Any:  # noqa: ANN401 - see `_client`
        if self._url is None or time.monotonic() < self._rests_until:
            return None
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            retry = Retry(NoBackoff(), 0)
            self._client = Redis.from_url(
                self._url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=retry
            )
            self._loop = loop
        return self._client
