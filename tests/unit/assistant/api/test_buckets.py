from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from assistant.api import buckets
from assistant.api.buckets import Buckets, Limit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate() -> None:
    clock = Clock()
    kept = Buckets(Limit(rate=2.0, burst=3), clock)
    assert [kept.wait("a") for _ in range(3)] == [None, None, None]
    assert kept.wait("a") == 0.5
    assert kept.wait("b") is None
    clock.now += 0.5
    assert kept.wait("a") is None
    assert kept.wait("a") is not None


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 9)), max_size=40))
def test_never_more_is_granted_than_burst_and_rate_allow(asked: list[tuple[float, int]]) -> None:
    clock, limit = Clock(), Limit(rate=1.5, burst=4)
    kept = Buckets(limit, clock)
    granted = 0
    for pause, want in asked:
        clock.now += pause
        granted += kept.take("a", want)[0]
    assert granted <= limit.burst + limit.rate * clock.now + 1e-6


def test_threads_do_not_spend_a_token_twice() -> None:
    kept = Buckets(Limit(rate=0.001, burst=500))
    passed: list[int] = []

    def ask() -> None:
        passed.append(sum(kept.wait("a") is None for _ in range(200)))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 500


def test_memory_is_bounded() -> None:
    kept = Buckets(Limit(rate=1.0, burst=1), Clock())
    for subject in range(buckets.MOST + 50):
        kept.take(subject)
    assert len(kept._kept) == buckets.MOST
    assert kept.wait(0) is None, "the oldest was forgotten, so it is full again"
