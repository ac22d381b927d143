"""How many answers a process generates at once. Over the limit a question is turned away with a time to come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.chat import texts
from assistant.errors import Unavailable

LIMIT = 64
"""A process: vLLM queues what it cannot run at once, but a queue that takes minutes helps nobody."""


class Slots:
    """Counts generations; belongs to one event loop."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._free = limit

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a slot. Raises Unavailable (overloaded) when there is none."""
        if self._free <= 0:
            raise Unavailable(texts.BUSY, code="overloaded", retry_after=3.0)
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1
