"""Hit counters: counted in the process, added to Redis in the background, written to PostgreSQL by the worker."""

from __future__ import annotations

import logging
import threading
from collections import Counter

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

KEY = "faq:hits"
FLUSH_EVERY_S = 1.0
TIMEOUT_S = 0.5


class FaqStats:
    """Counts served entries. `served` costs a dictionary update; a Redis that is away costs nothing but patience."""

    def __init__(self, url: str) -> None:
        self._client: redis.Redis[bytes] = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.failures = 0

    def served(self, tenant: str, entry_id: int) -> None:
        """Count one answer."""
        with self._lock:
            self._counts[f"{tenant}/{entry_id}"] += 1

    def start(self) -> None:
        """Start flushing in the background; harmless when already started."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="faq-stats", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop the thread and flush what is left."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.flush()

    def flush(self) -> None:
        """Add the counts to Redis; they are kept for the next time when Redis is away."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            with self._client.pipeline(transaction=True) as pipe:
                for field, count in counts.items():
                    pipe.hincrby(KEY, field, count)
                pipe.execute()
        except redis.RedisError as error:
            self.failures += 1
            logger.warning("faq.counters_kept entries=%d error=%s", len(counts), error)
            with self._lock:
                self._counts.update(counts)

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_EVERY_S):
            self.flush()


def drain() -> dict[int, int]:
    """Take all counts out of Redis at once: entry id to hits. Empty when Redis is away.

    The hash is renamed first, so that no count that arrives meanwhile is lost; a drain that died after that is
    finished by the next one.
    """
    taken = KEY + ":taken"
    try:
        with redis.Redis.from_url(settings.HOUSE.redis_url, socket_timeout=TIMEOUT_S) as client:
            if not client.exists(taken):
                if not client.exists(KEY):
                    return {}
                client.rename(KEY, taken)  # type: ignore[no-untyped-call]
            counts = client.hgetall(taken)
    except redis.RedisError as error:
        logger.warning("faq.counters_unread error=%s", error)
        return {}
    return {int(field.decode().rpartition("/")[2]): int(count) for field, count in counts.items()}


def drained() -> None:
    """Forget what `drain` returned, once it is written down."""
    try:
        with redis.Redis.from_url(settings.HOUSE.redis_url, socket_timeout=TIMEOUT_S) as client:
            client.delete(KEY + ":taken")
    except redis.RedisError as error:
        logger.warning("faq.counters_may_count_twice error=%s", error)


def default_stats() -> FaqStats:
    """Return counters on the Redis of the settings."""
    return FaqStats(settings.HOUSE.redis_url)
