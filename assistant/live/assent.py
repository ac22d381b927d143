"""An edit is acknowledged when no process answers as before any more: the saver waits until every follower has looked.

Each process that answers from memory holds a lease in Redis and writes into it the ticket that was out before it last
looked at the database. After its commit the saver draws the next ticket, rings, and waits until every lease shows it
or has run out. A process that was held up beyond its lease (`Follower.vouches`) answers nothing from memory until it
has looked again, so that a lease that ran out is as good as one that was signed (Gray and Cheriton, 1989).

Nothing is read on the way of a question. Without Redis the saver waits as long as followers take to look by themselves.
"""

from __future__ import annotations

import logging
import time
import uuid

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from assistant.live.bell import bell

logger = logging.getLogger(__name__)

LEASE_S = 3.0
LOOKS_S = 1.0
"""Within this time followers have looked without being told to: twice their interval."""
PAUSE_S = 0.005
REST_S = 1.0
"""After a failure a follower leaves Redis alone so long."""
TIMEOUT_S = 0.5
PREFIX = "house:assent:"


class Assent:
    """One follower's lease. For the follower's thread; never raises because Redis is away."""

    def __init__(self, topic: str) -> None:
        self._name = uuid.uuid4().hex
        self._topic = topic
        self._client = _client()
        self._rests_until = float("-inf")

    def ticket(self) -> int | None:
        """Return the ticket that is out now, and be known to savers from now on; None without Redis."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            with self._client.pipeline(transaction=True) as pipe:
                pipe.sadd(_readers(self._topic), self._name)
                pipe.set(_lease(self._topic, self._name), -1, nx=True, px=int(LEASE_S * 1000))
                pipe.get(_tickets(self._topic))
                return int(pipe.execute()[2] or 0)
        except redis.RedisError as error:
            self._rest(error)
            return None

    def give(self, ticket: int | None) -> None:
        """Say that the database was looked at after `ticket` was out."""
        if ticket is None:
            return
        try:
            self._client.set(_lease(self._topic, self._name), ticket, px=int(LEASE_S * 1000))
        except redis.RedisError as error:
            self._rest(error)

    def leave(self) -> None:
        """Wait for me no longer."""
        try:
            self._client.delete(_lease(self._topic, self._name))
            self._client.srem(_readers(self._topic), self._name)
        except redis.RedisError as error:
            self._rest(error)

    def _rest(self, error: redis.RedisError) -> None:
        logger.warning("assent.alone topic=%s error=%s", self._topic, error)
        self._rests_until = time.monotonic() + REST_S


def announce(topic: str) -> None:
    """Ring once the transaction has committed, and wait for everybody before whoever committed goes on."""
    transaction.on_commit(lambda: _ring_and_wait(topic))


def wait(topic: str) -> bool:
    """Wait until every follower of `topic` has looked at the database since this call; False when one did not.

    That one is cut off from the database, or from Redis; it is logged.
    """
    client = _client()
    try:
        ticket = int(client.incr(_tickets(topic)))
        bell().ring(topic)
        return _signed(client, topic, ticket)
    except redis.RedisError as error:
        logger.warning("assent.by_time topic=%s error=%s", topic, error)
        time.sleep(LOOKS_S)
        return False


def _ring_and_wait(topic: str) -> None:
    if not wait(topic):
        logger.warning("assent.incomplete topic=%s", topic)


def _signed(client: redis.Redis[bytes], topic: str, ticket: int) -> bool:
    until = time.monotonic() + LEASE_S + LOOKS_S
    while True:
        names = [name.decode() for name in client.smembers(_readers(topic))]
        leases = client.mget([_lease(topic, name) for name in names]) if names else []
        gone = [name for name, lease in zip(names, leases, strict=True) if lease is None]
        if gone:
            client.srem(_readers(topic), *gone)
        if all(lease is None or int(lease) >= ticket for lease in leases):
            return True
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE_S)


def _client() -> redis.Redis[bytes]:
    return redis.Redis.from_url(
        settings.HOUSE.redis_url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),  # who waits for Redis holds up a save, or a look at the database
    )


def _tickets(topic: str) -> str:
    return f"{PREFIX}{topic}:ticket"


def _readers(topic: str) -> str:
    return f"{PREFIX}{topic}:readers"


def _lease(topic: str, name: str) -> str:
    return f"{PREFIX}{topic}:lease:{name}"
