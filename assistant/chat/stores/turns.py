"""Where a turn is handed over before its answer is called finished: Redis, and PostgreSQL when Redis cannot keep it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connection

from assistant.chat import ledger, memory, record
from assistant.chat.memory import Memory
from assistant.chat.record import TurnRecord
from assistant.chat.stores.connection import Command, Connection
from assistant.chat.stores.durability import Durability
from assistant.chat.stores.errors import StoreAway

STREAM = "turns"
MEMORY_TTL_S = 24 * 3600

Kept = tuple[TurnRecord, Memory]


class TurnStore(Protocol):
    """Keeps turns durably."""

    async def append(self, batch: Sequence[Kept]) -> None:
        """Keep the turns and what their conversations remember now; return once they are safe. Raises StoreAway."""


def memory_key(tenant: str, conversation: str) -> str:
    """Where Redis has the memory of a tenant's conversation."""
    return f"conversation:{tenant}:{conversation}"


class RedisTurns:
    """Appends a batch as one stream entry, so that the cost of a round trip is shared; `flush` carries it on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._durability = Durability(connection)

    async def append(self, batch: Sequence[Kept]) -> None:
        """See TurnStore."""
        await self._durability.require()
        commands: list[Command] = [("XADD", STREAM, "*", "r", record.dump(tuple(turn for turn, _ in batch)))]
        for turn, remembered in batch:
            key = memory_key(turn.tenant, turn.conversation)
            commands.append(("SET", key, memory.dump(remembered), "EX", MEMORY_TTL_S))
        await self._connection.send_all(commands)


class DatabaseTurns:
    """Writes to PostgreSQL at once, off the event loop."""

    async def append(self, batch: Sequence[Kept]) -> None:
        """See TurnStore."""
        await sync_to_async(self._write, thread_sensitive=False)([turn for turn, _ in batch])

    @staticmethod
    def _write(records: list[TurnRecord]) -> None:
        try:
            ledger.write(records)
        except (DatabaseError, InterfaceError) as error:
            raise StoreAway(f"The database does not take the turn ({error}).") from error
        finally:
            connection.close()
