"""A circuit breaker: after a run of failures nobody waits for a server that is down (Nygard, "Release It!").

closed --`failures` in a row--> open --`cooldown` seconds--> half-open --one probe succeeds--> closed
                                 ^------------- the probe fails --------------'

The clock is injected, so tests own time. One breaker belongs to one server and one event loop; nothing here blocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from inference.client.errors import ModelUnavailable

State = Literal["closed", "open", "half_open"]


class Breaker:
    """Counts consecutive failures. Every `admit` is answered by one of `succeeded`, `failed`, `released`."""

    def __init__(
        self, *, failures: int = 5, cooldown: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if failures < 1 or cooldown <= 0:
            raise ValueError("a breaker needs failures >= 1 and cooldown > 0 seconds")
        self._limit = failures
        self._cooldown = cooldown
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def state(self) -> State:
        """The state now; an open breaker becomes half-open by the passing of time alone."""
        if self._opened_at is None:
            return "closed"
        return "open" if self.remaining > 0 else "half_open"

    @property
    def remaining(self) -> float:
        """Seconds until a probe is let through; 0 when not open."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._cooldown - self._clock())

    @property
    def would_admit(self) -> bool:
        """Say whether `admit` would let a request through, without taking the probe's place."""
        return self.state == "closed" or (self.state == "half_open" and not self._probing)

    def admit(self) -> None:
        """Let a request through, as the probe when half-open. Raises ModelUnavailable with the seconds to wait."""
        if not self.would_admit:
            wait = self.remaining or 1.0
            raise ModelUnavailable(
                f"The model server failed {self._failures} times in a row and is left alone for {wait:.0f} s more; "
                "see the model process's log, or wait.",
                retry_after=wait,
            )
        self._probing = self.state == "half_open"

    def succeeded(self) -> None:
        """The server answered (a refusal of one request counts as an answer)."""
        self._failures = 0
        self._opened_at = None
        self._probing = False

    def failed(self) -> None:
        """The server did not answer, broke off, or said that it cannot."""
        self._failures += 1
        if self._probing or self._failures >= self._limit:
            self._opened_at = self._clock()
        self._probing = False

    def released(self) -> None:
        """The asker left before anything was learnt; a probe's place is free again."""
        self._probing = False
