"""Token buckets in this process, for any number of subjects.

A bucket fills with `rate` tokens a second up to `burst`. Several workers each grant the whole rate: where the exact
rate matters, `assistant.api.throttle` shares the buckets through Redis and falls back to these.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`rate` requests a second on average, `burst` at once."""

    rate: float = 2_000.0
    burst: int = 4_000

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket fills."""
        return max(1, math.ceil(self.burst / self.rate))


class Buckets:
    """One bucket for each subject; those not used for longest are forgotten beyond `MOST`, and are full by then."""

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, subject: Hashable, want: int = 1) -> tuple[int, float]:
        """Take up to `want` tokens; return how many were granted and what is left."""
        now = self._clock()
        with self._lock:
            tokens, at = self._kept.pop(subject, (float(self.limit.burst), now))
            tokens = min(float(self.limit.burst), tokens + (now - at) * self.limit.rate)
            granted = min(want, int(tokens))
            self._kept[subject] = (tokens - granted, now)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return granted, tokens - granted

    def wait(self, subject: Hashable) -> float | None:
        """Take one token and return None, or return the seconds until there is one."""
        granted, left = self.take(subject)
        return None if granted else (1 - left) / self.limit.rate
