"""Hands turns over for keeping, before their answers are called finished.

Order: Redis with an append-only file (a batch a round trip, carried on to PostgreSQL by `flush`), else PostgreSQL at
once, else the answer fails with `not_recorded`. Turns that come in while a batch is under way form the next batch
(group commit), so a thousand turns a second cost a few hundred round trips.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from assistant.chat import texts
from assistant.chat.memory import Memory
from assistant.chat.record import TurnRecord
from assistant.chat.stores.errors import StoreAway
from assistant.chat.stores.turns import Kept, TurnStore
from assistant.errors import Unavailable

logger = logging.getLogger(__name__)


class Recorder:
    """One per process. `stores` are tried in order."""

    def __init__(self, stores: Sequence[TurnStore]) -> None:
        self._stores = tuple(stores)
        self._waiting: list[tuple[Kept, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._unattended: set[asyncio.Task[None]] = set()

    async def record(self, turn: TurnRecord, memory: Memory) -> None:
        """Return once the turn is safe. Raises Unavailable (not_recorded)."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((turn, memory), kept))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        await kept

    def record_later(self, turn: TurnRecord, memory: Memory) -> None:
        """Record a turn whose asker has left: nobody waits, a failure is logged."""
        task = asyncio.create_task(self._record_quietly(turn, memory))
        self._unattended.add(task)
        task.add_done_callback(self._unattended.discard)

    async def settle(self) -> None:
        """Wait until everything handed in so far is written (for the end of the process, and for tests)."""
        await asyncio.gather(*self._unattended)
        if self._writer is not None:
            await self._writer

    async def _record_quietly(self, turn: TurnRecord, memory: Memory) -> None:
        try:
            await self.record(turn, memory)
        except Unavailable as error:
            logger.error("turn.lost id=%s status=%s error=%s", turn.id, turn.status, error)  # noqa: TRY400 - no stack needed

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            failure = await self._write([kept for kept, _ in batch])
            for _, waiter in batch:
                if waiter.done():  # its asker left meanwhile
                    continue
                if failure is None:
                    waiter.set_result(None)
                else:
                    waiter.set_exception(failure)

    async def _write(self, batch: list[Kept]) -> Unavailable | None:
        for store in self._stores:
            try:
                await store.append(batch)
            except StoreAway as away:
                logger.info("turns.next_store from=%s reason=%s", type(store).__name__, away)
            else:
                return None
        return Unavailable(texts.NOT_RECORDED, code="not_recorded", retry_after=2.0)
