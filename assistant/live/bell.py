"""The bell: Redis publish/subscribe as a hint that a topic changed."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

CHANNEL = "house:changed:"
RECONNECT_S = 1.0
CONNECT_TIMEOUT_S = 0.5


class Bell:
    """One per process: rings topics for everybody and wakes the waiters of this process.

    `listen` starts the only subscriber thread of the process on first use. When Redis is gone the thread tries
    again every second and waiters live by their own interval.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiters: dict[str, list[threading.Event]] = defaultdict(list)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._client: redis.Redis[bytes] | None = None

    def ring(self, topic: str) -> None:
        """Tell every process that `topic` changed. Never raises: the waiters' interval is the safety net."""
        self.wake(topic)
        try:
            self._connection().publish(CHANNEL + topic, b"1")
        except redis.RedisError as error:
            logger.warning("bell.unheard topic=%s error=%s", topic, error)

    def ring_on_commit(self, topic: str) -> None:
        """Ring once the current transaction is committed (at once outside of one)."""
        transaction.on_commit(lambda: self.ring(topic))

    @contextmanager
    def waiting(self, topic: str) -> Iterator[threading.Event]:
        """Give an event that is set whenever `topic` rings."""
        event = threading.Event()
        with self._lock:
            self._waiters[topic].append(event)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)
                self._thread.start()
        try:
            yield event
        finally:
            with self._lock:
                self._waiters[topic].remove(event)

    def _connection(self) -> redis.Redis[bytes]:
        if self._client is None:
            self._client = redis.Redis.from_url(
                self._url, socket_timeout=CONNECT_TIMEOUT_S, socket_connect_timeout=CONNECT_TIMEOUT_S
            )
        return self._client

    def wake(self, topic: str) -> None:
        """Wake the waiters of this process only."""
        with self._lock:
            events = list(self._waiters[topic])
        for event in events:
            event.set()

    def _listen(self) -> None:
        pause, away = threading.Event(), False
        while True:
            try:
                self._subscribe()
            except redis.RedisError as error:
                if not away:  # once an outage, not once a second
                    logger.warning("bell.reconnecting error=%s", error)
                away = True
                pause.wait(RECONNECT_S)
            else:
                away = False

    def _subscribe(self) -> None:
        # No read time-out here: a quiet channel is normal; a health check notices a dead connection.
        client = redis.Redis.from_url(self._url, socket_connect_timeout=CONNECT_TIMEOUT_S, health_check_interval=15)
        with client.pubsub(ignore_subscribe_messages=True) as channel:
            channel.psubscribe(CHANNEL + "*")
            for message in channel.listen():  # type: ignore[no-untyped-call]
                self.wake(message["channel"].decode().removeprefix(CHANNEL))


_bell: Bell | None = None
_bell_lock = threading.Lock()


def bell() -> Bell:
    """Return this process's bell."""
    global _bell
    with _bell_lock:
        if _bell is None:
            _bell = Bell(settings.HOUSE.redis_url)
        return _bell
