"""How long each step of an answer took."""

from __future__ import annotations

import time
from collections.abc import Callable

from assistant.chat.answers import Timings

Clock = Callable[[], float]


class Stopwatch:
    """Laps in milliseconds; a step that did not run stays null. `clock` gives monotonic seconds."""

    __slots__ = ("_clock", "_faq", "_first_token", "_intent", "_lap", "_retrieval", "_started")

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        self._clock = clock
        self._started = self._lap = clock()
        self._intent: float | None = None
        self._faq: float | None = None
        self._retrieval: float | None = None
        self._first_token: float | None = None

    def faq_done(self) -> None:
        """End a look-up among curated answers; two of them (exact, semantic) add up."""
        self._faq = (self._faq or 0.0) + self._next()

    def intent_done(self) -> None:
        """End encoding and intent."""
        self._intent = self._next()

    def retrieval_done(self) -> None:
        """End search and evidence check."""
        self._retrieval = self._next()

    def token(self) -> None:
        """Note the first piece of the answer, counted from the question."""
        if self._first_token is None:
            self._first_token = (self._clock() - self._started) * 1000

    def timings(self) -> Timings:
        """Return what was measured, up to now."""
        total = (self._clock() - self._started) * 1000
        return Timings(*map(_rounded, (self._intent, self._faq, self._retrieval, self._first_token, total)))

    def _next(self) -> float:
        now = self._clock()
        lap, self._lap = (now - self._lap) * 1000, now
        return lap


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 3)
