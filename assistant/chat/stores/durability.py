"""Whether this Redis keeps what it is told when it is killed: only one with an append-only file does."""

from __future__ import annotations

import logging
import time

from assistant.chat.stores.connection import Connection
from assistant.chat.stores.errors import StoreAway

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 30.0


class Durability:
    """Looks at `INFO persistence` now and then, and refuses a Redis that would forget.

    With `appendonly yes` a command is in the file before its answer is sent, so a killed Redis loses nothing; with
    `appendfsync everysec` a machine that loses power may lose its last second.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._looked_at = float("-inf")
        self._durable = False

    async def require(self) -> None:
        """Raise StoreAway unless the append-only file is on."""
        if time.monotonic() - self._looked_at > LOOK_EVERY_S:
            facts = await self._connection.send("INFO", "persistence")
            self._durable = bool(int(facts.get("aof_enabled", 0)))
            self._looked_at = time.monotonic()
            if not self._durable:
                logger.warning("redis.not_durable turns go straight to the database; set appendonly yes")
        if not self._durable:
            raise StoreAway("Redis has no append-only file, so nothing is handed over to it; set `appendonly yes`.")
