"""What a conversation remembers, from Redis while it is fresh, else from the database."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence

import redis
from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connection

from assistant.chat import ledger, memory, texts
from assistant.chat.asked import Asked
from assistant.chat.memory import Memory
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.errors import StoreAway
from assistant.chat.stores.turns import memory_key
from assistant.errors import NotFound, Unavailable

logger = logging.getLogger(__name__)


class Memories:
    """Recalls conversations, each only for its own tenant."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def recall(self, asked: Asked) -> Memory:
        """Return what came before. Raises NotFound (conversation_not_found) or Unavailable (memory_away)."""
        if not asked.continues:
            return memory.of_messages(asked.history) if asked.history else memory.EMPTY
        redis_away = False
        try:
            found = await self._connection.send("GET", memory_key(asked.tenant, asked.conversation))
        except StoreAway:
            found, redis_away = None, True
        if found is not None:
            return memory.parse(found)
        remembered = await sync_to_async(_from_database, thread_sensitive=False)(asked.tenant, asked.conversation)
        if remembered is not None:
            return remembered
        if redis_away:  # its turns may still lie in Redis, so "there is none" would be a guess
            raise Unavailable(texts.NO_MEMORY, code="memory_away", retry_after=2.0)
        raise NotFound(texts.NO_CONVERSATION, code="conversation_not_found")


def forget(url: str, conversations: Sequence[tuple[str, str]]) -> None:
    """Drop what Redis remembers of (tenant, conversation) pairs, so that the database is asked next time.

    A Redis that is away is logged: what it remembers runs out by itself.
    """
    if not conversations:
        return
    with redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=1.0) as client:
        try:
            client.delete(*(memory_key(tenant, conversation) for tenant, conversation in conversations))
        except redis.RedisError as error:
            logger.warning("memory.not_forgotten count=%d error=%s", len(conversations), type(error).__name__)


def _from_database(tenant: str, conversation: str) -> Memory | None:
    try:
        uuid.UUID(conversation)
    except ValueError:
        return None
    try:
        return ledger.recall(tenant, conversation)
    except (DatabaseError, InterfaceError) as error:
        raise Unavailable(texts.NO_MEMORY, code="memory_away", retry_after=2.0) from error
    finally:
        connection.close()
