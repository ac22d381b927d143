"""A thread that keeps something in this process as new as the database."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from assistant.live.assent import LEASE_S, Assent
from assistant.live.bell import bell

logger = logging.getLogger(__name__)

INTERVAL_S = 0.5


class Follower:
    """Calls `refresh` when `topic` rings and at least every `interval` seconds.

    A database that is away is logged once and tried again; what was loaded before stays in use meanwhile. Any other
    error is logged once with its trace and tried again too, but counts as no look: nobody is given grace for it.
    `fresh_at` is the monotonic time at which the last successful refresh began. With `assents` those who save wait
    for it, see `assistant.live.assent`.
    """

    def __init__(
        self, topic: str, refresh: Callable[[], None], *, interval: float = INTERVAL_S, assents: bool = False
    ) -> None:
        self._topic = topic
        self._refresh = refresh
        self._interval = interval
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._away = False
        self._failed = ""
        self._assent = Assent(topic) if assents else None
        self.fresh_at = float("-inf")

    def start(self) -> None:
        """Start following; harmless when already started."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name=f"follow-{self._topic}", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop following and wait for the thread."""
        self._stop.set()
        if self._thread is not None:
            bell().wake(self._topic)
            self._thread.join(timeout=10)
            if self._assent is not None:
                self._assent.leave()

    def vouches(self) -> bool:
        """Say whether what was loaded may be served: this process looked within its lease, or nobody can look.

        One that does not follow (a command, before the start) or never reached the database vouches for what it has.
        """
        follows = self._assent is not None and self._thread is not None
        if not follows or self._away or self.fresh_at == float("-inf"):
            return True
        return time.monotonic() - self.fresh_at < LEASE_S

    @property
    def away(self) -> bool:
        """Whether the database could not be reached at the last look."""
        return self._away

    def refresh_now(self) -> None:
        """Look at the database in the calling thread; raises what the database raises."""
        began = time.monotonic()
        ticket = None if self._assent is None else self._assent.ticket()
        self._refresh()
        self.fresh_at = began
        if self._assent is not None:
            self._assent.give(ticket)

    def _run(self) -> None:
        with bell().waiting(self._topic) as rung:
            while not self._stop.is_set():
                rung.clear()
                self._look()
                rung.wait(self._interval)

    def _look(self) -> None:
        try:
            self.refresh_now()
        except (OperationalError, InterfaceError) as error:
            if not self._away:
                logger.warning("follower.database_away topic=%s error=%s", self._topic, error)
            self._away = True
        except Exception as error:  # a thread that ended here would leave the process with old data for good
            if repr(error) != self._failed:
                logger.exception("follower.failed topic=%s", self._topic)
            self._away, self._failed = False, repr(error)
        else:
            if self._away:
                logger.info("follower.database_back topic=%s", self._topic)
            self._away, self._failed = False, ""
        finally:
            connection.close()  # back to the pool: a follower needs a connection for a millisecond, twice a second
