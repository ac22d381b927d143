"""One asynchronous connection pool to Redis a process. After a failure nobody waits for it again for a second."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

import redis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from assistant.chat.stores.errors import StoreAway

logger = logging.getLogger(__name__)

CONNECT_S = 0.5
ANSWER_S = 2.0
PAUSE_S = 1.0

Command = tuple[str | bytes | int | float, ...]


class Connection:
    """Sends commands, one or many in a round trip. Belongs to one event loop at a time."""

    def __init__(self, url: str, *, pause: float = PAUSE_S) -> None:
        self._url = url
        self._pause = pause
        self._client: Any = None  # the stubs lag behind redis-py 8
        self._loop: asyncio.AbstractEventLoop | None = None
        self._until = float("-inf")

    @property
    def resting(self) -> bool:
        """Whether the last failure was so recent that nothing is tried."""
        return time.monotonic() < self._until

    async def send(self, *command: str | bytes | int | float) -> Any:  # noqa: ANN401 - whatever Redis answers
        """Send one command. Raises StoreAway."""
        return (await self.send_all([command]))[0]

    async def send_all(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands in one round trip. Raises StoreAway when any fails; some may have been carried out then."""
        if self.resting:
            raise StoreAway("Redis failed a moment ago and is left alone for a second.")
        client = self._connected()
        try:
            if len(commands) == 1:
                return [await client.execute_command(*commands[0])]
            pipeline = client.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            return list(await pipeline.execute())
        except (redis.RedisError, OSError) as error:
            self._until = time.monotonic() + self._pause
            logger.warning("redis.away error=%s", type(error).__name__)
            raise StoreAway(f"Redis does not do its work ({error}); see its log, or REDIS_URL.") from error

    async def close(self) -> None:
        """Close what is open."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _connected(self) -> Any:  # noqa: ANN401 - see `_client`
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = Redis.from_url(
                self._url,
                socket_connect_timeout=CONNECT_S,
                socket_timeout=ANSWER_S,
                retry=Retry(NoBackoff(), 0),
            )
            self._loop = loop
        return self._client
