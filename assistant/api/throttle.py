"""A token bucket for each API key, shared by all workers through Redis, kept in process while Redis is away.

A worker takes tokens in small leases, so that a busy key costs Redis one round trip in many requests; a lease is at
most a twentieth of the burst, which bounds what an idle worker can hold back. The bucket fills with `rate` tokens a
second up to `burst`.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from assistant.api.buckets import Buckets, Limit
from assistant.api.http import Headers
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.errors import StoreAway
from assistant.errors import Text, TooManyRequests

_TAKE = """
local rate, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1e6
local bucket = redis.call('HMGET', KEYS[1], 't', 'at')
local tokens = tonumber(bucket[1]) or burst
tokens = math.min(burst, tokens + (now - (tonumber(bucket[2]) or now)) * rate)
local granted = math.min(want, math.floor(tokens))
tokens = tokens - granted
redis.call('HSET', KEYS[1], 't', tostring(tokens), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return {granted, tostring(tokens)}
"""
LEASE_SHARE = 20
LEASE_TTL_S = 1.0
KEYS = 10_000


@dataclass(slots=True)
class Lease:
    """Tokens this worker holds of a key; `left` is what the shared bucket had besides."""

    tokens: int
    left: float
    until: float


class Throttle:
    """Lets requests through or says when to come back. One per process."""

    def __init__(
        self, connection: Connection, limit: Limit | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connection = connection
        self._limit = limit or Limit()
        self._clock = clock
        self._leases: OrderedDict[int, Lease] = OrderedDict()
        self._leasing: dict[int, asyncio.Task[tuple[int, float]]] = {}
        self._own = Buckets(
            self._limit, clock
        )  # while Redis is away each worker grants the whole rate: the kinder error
        self._policy = f'"key";q={self._limit.burst};w={self._limit.window}'.encode()

    async def admit(self, key_id: int) -> Headers:
        """Spend a token of the key; return the rate-limit headers. Raises TooManyRequests (rate_limited)."""
        while (lease := self._held(key_id)) is None:
            granted, left = await self._leased(key_id)
            if not granted:
                raise self._too_many((1 - left) / self._limit.rate)
        lease.tokens -= 1
        remaining = int(lease.tokens + lease.left)
        filled = math.ceil((self._limit.burst - remaining) / self._limit.rate)
        return ((b"ratelimit-policy", self._policy), (b"ratelimit", b'"key";r=%d;t=%d' % (remaining, filled)))

    def _held(self, key_id: int) -> Lease | None:
        lease = self._leases.get(key_id)
        return lease if lease is not None and lease.tokens > 0 and lease.until > self._clock() else None

    async def _leased(self, key_id: int) -> tuple[int, float]:
        """Lease for all who wait for this key: together they would empty the bucket between them."""
        leasing = self._leasing.get(key_id)
        if leasing is None:
            leasing = self._leasing[key_id] = asyncio.create_task(self._lease(key_id))
            leasing.add_done_callback(lambda _: self._leasing.pop(key_id, None))
        return await asyncio.shield(leasing)

    async def _lease(self, key_id: int) -> tuple[int, float]:
        want = max(1, self._limit.burst // LEASE_SHARE)
        try:
            answer = await self._connection.send(
                "EVAL", _TAKE, 1, f"limit:{key_id}", self._limit.rate, self._limit.burst, want
            )
            granted, left = int(answer[0]), float(answer[1])
        except StoreAway:
            granted, left = self._own.take(key_id, want)
        self._leases[key_id] = Lease(granted, left, self._clock() + LEASE_TTL_S)
        if len(self._leases) > KEYS:
            self._leases.popitem(last=False)
        return granted, left

    def _too_many(self, wait: float) -> TooManyRequests:
        seconds = math.ceil(wait)
        return TooManyRequests(
            Text(
                en=f"This key asks more than {self._limit.rate:g} times a second. Wait {seconds} s.",
                zh=f"该密钥的请求超过每秒 {self._limit.rate:g} 次。请在 {seconds} 秒后重试。",
            ),
            code="rate_limited",
            retry_after=max(0.1, wait),
        )
