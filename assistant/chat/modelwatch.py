"""Whether the model's server is up, seen from outside of the event loops that use it."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

LOOK_EVERY_S = 1.0
TIMEOUT_S = 1.0


class ModelWatch:
    """Asks `/health` at most once a second. `warming` lasts until the model has answered for the first time."""

    def __init__(self, base_url: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._address = None if base_url is None else urlsplit(base_url)
        self._clock = clock
        self._looked_at = float("-inf")
        self._up = False
        self._seen = False
        self._lock = threading.Lock()

    @property
    def warming(self) -> bool:
        """Whether there is a model and it never answered yet. Does not look; `up` does."""
        return self._address is not None and not self._seen

    def up(self) -> bool:
        """Look, unless that was done within the last second."""
        with self._lock:
            if self._clock() - self._looked_at > LOOK_EVERY_S:
                self._up = self._look()
                self._seen = self._seen or self._up
                self._looked_at = self._clock()
            return self._up

    def _look(self) -> bool:
        if self._address is None or self._address.hostname is None:
            return False
        kind = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._address.hostname, self._address.port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
