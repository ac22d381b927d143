"""When to ask again: only before the first token, only what may help, never past the deadline."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from inference.client.faults import Fault
from inference.client.types import RetryPolicy


@dataclass(slots=True)
class Attempts:
    """Counts the attempts of one request. `rng` is injected for tests."""

    policy: RetryPolicy
    rng: random.Random = field(default_factory=random.Random)
    made: int = 0

    def wait(self, fault: Fault, remaining: float) -> float | None:
        """Seconds to wait before the next attempt, or None when `fault` is the final word.

        `remaining` is what is left of the total deadline, in seconds.
        """
        self.made += 1
        if not fault.again or self.made >= self.policy.attempts:
            return None
        asked = fault.error.retry_after
        if asked is not None and asked > self.policy.ceiling:
            return None
        drawn = self.rng.uniform(0.0, min(self.policy.ceiling, self.policy.base * 2.0**self.made))
        wait = drawn if asked is None else asked + min(drawn, 0.25)
        return wait if wait < remaining else None
