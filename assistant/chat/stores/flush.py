"""Carries turns from Redis to PostgreSQL. Anyone may run it, any number of times: written twice is written once.

An entry leaves Redis only after its transaction committed, so a process that dies in between loses nothing. It is a
chore of `manage.py worker`; without a worker turns wait in Redis.
"""

from __future__ import annotations

import logging
import uuid
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from pydantic import ValidationError

from assistant.chat import ledger, record
from assistant.chat.record import TurnRecord
from assistant.chat.stores.turns import STREAM

logger = logging.getLogger(__name__)

REJECTED = "turns:rejected"
TURN_TO_FLUSH = "turns:flusher"
LEASE_MS = 5_000
BATCH_ENTRIES = 64

Entry = tuple[bytes, dict[bytes, bytes]]


def flush_turns() -> int:
    """Flush once; returns the number of turns. A Redis that is away is logged: what lies in it waits.

    Raises what the database raises.
    """
    try:
        return _flusher().flush()
    except redis.RedisError as error:
        logger.warning("turns.flush_later error=%s", type(error).__name__)
        return 0


@cache
def _flusher() -> Flusher:
    return Flusher(settings.HOUSE.redis_url)


class Flusher:
    """Writes what lies in the stream, oldest first; one process at a time, so that the work is not done twice."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=5.0)
        self._name = uuid.uuid4().hex

    def flush(self) -> int:
        """Write everything in the stream; return the number of turns. Raises RedisError, OperationalError."""
        written = 0
        try:
            while self._mine() and (entries := self._oldest()):
                written += self._write(entries)
                self._client.xdel(STREAM, *(entry_id for entry_id, _ in entries))
        finally:
            self._yield_turn()
        return written

    def _oldest(self) -> list[Entry]:
        entries: list[Entry] = self._client.xrange(STREAM, count=BATCH_ENTRIES)
        return entries

    def _yield_turn(self) -> None:
        if self._client.get(TURN_TO_FLUSH) == self._name.encode():
            self._client.delete(TURN_TO_FLUSH)

    def _mine(self) -> bool:
        """Take or renew the lease on flushing."""
        if self._client.set(TURN_TO_FLUSH, self._name, nx=True, px=LEASE_MS):
            return True
        if self._client.get(TURN_TO_FLUSH) != self._name.encode():
            return False
        self._client.pexpire(TURN_TO_FLUSH, LEASE_MS)
        return True

    def _write(self, entries: list[Entry]) -> int:
        records: list[TurnRecord] = []
        for entry_id, fields in entries:
            try:
                records += record.parse(fields[b"r"])
            except (KeyError, ValidationError) as error:
                self._reject(entry_id, fields, error)
        try:
            ledger.write(records)
        except (OperationalError, InterfaceError):
            raise  # the database is away: everything stays in Redis
        except DatabaseError:
            return self._write_singly(records)  # one of them is not to the database's taste; find it
        return len(records)

    def _write_singly(self, records: list[TurnRecord]) -> int:
        written = 0
        for turn in records:
            try:
                ledger.write([turn])
            except (OperationalError, InterfaceError):
                raise
            except DatabaseError as error:
                self._reject(turn.id.encode(), {b"r": record.dump((turn,))}, error)
            else:
                written += 1
        return written

    def _reject(self, name: bytes, fields: dict[bytes, bytes], error: Exception) -> None:
        """Keep what cannot be written where an operator finds it."""
        logger.error("turns.rejected entry=%s error=%s kept_in=%s", name.decode(), error, REJECTED)
        self._client.xadd(REJECTED, {b"name": name, b"r": fields.get(b"r", b"")})
