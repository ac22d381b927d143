"""Hit counters: nothing counted is lost, nothing is counted twice, and Redis may be away."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.faq import stats
from assistant.faq.stats import FaqStats, drain, drained

AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture
def counters(redis_url: str) -> FaqStats:
    return FaqStats(redis_url)


def test_counts_arrive_by_entry(counters: FaqStats) -> None:
    for entry in (7, 7, 9):
        counters.served("acme", entry)
    counters.flush()
    assert drain() == {7: 2, 9: 1}


def test_nothing_counted_is_nothing_sent(counters: FaqStats, redis_url: str) -> None:
    counters.flush()
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys() == []
    assert drain() == {}


def test_two_processes_add_up(redis_url: str) -> None:
    for counters in (FaqStats(redis_url), FaqStats(redis_url)):
        counters.served("acme", 7)
        counters.flush()
    assert drain() == {7: 2}


def test_a_tenants_name_may_hold_a_slash(counters: FaqStats) -> None:
    counters.served("a/b", 7)
    counters.flush()
    assert drain() == {7: 1}


def test_what_arrives_while_a_drain_is_written_down_waits_for_the_next(counters: FaqStats) -> None:
    counters.served("acme", 7)
    counters.flush()
    assert drain() == {7: 1}
    counters.served("acme", 7)
    counters.served("acme", 8)
    counters.flush()
    drained()
    assert drain() == {7: 1, 8: 1}
    drained()
    assert drain() == {}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["count", "flush", "drain"])), max_size=20))
def test_in_any_order_of_steps_each_hit_is_taken_once(counters: FaqStats, steps: list[tuple[int, str]]) -> None:
    counted: Counter[int] = Counter()
    taken: Counter[int] = Counter()
    for entry, step in [*steps, (1, "flush"), (1, "drain"), (1, "drain")]:
        if step == "count":
            counters.served("acme", entry)
            counted[entry] += 1
        elif step == "flush":
            counters.flush()
        else:
            taken.update(drain())
            drained()
    assert taken == counted


def test_threads_that_count_at_once_lose_nothing(counters: FaqStats) -> None:
    def serve() -> None:
        for _ in range(200):
            counters.served("acme", 7)
            if _ % 50 == 0:
                counters.flush()

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counters.flush()
    assert drain() == {7: 800}


def test_the_background_flushes_by_itself(counters: FaqStats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "FLUSH_EVERY_S", 0.01)
    counters.start()
    counters.start()  # harmless
    counters.served("acme", 7)
    deadline = time.monotonic() + 20
    while not (found := drain()) and time.monotonic() < deadline:
        time.sleep(0.02)
    counters.stop()
    assert found == {7: 1}


def test_stopping_sends_what_is_left(counters: FaqStats) -> None:
    counters.start()
    counters.served("acme", 7)
    counters.stop()
    assert drain() == {7: 1}


def test_what_could_not_be_sent_is_sent_when_redis_is_back(redis_url: str) -> None:
    counters = FaqStats(AWAY)
    counters.served("acme", 7)
    counters.flush()
    counters.served("acme", 7)
    assert counters.failures == 1
    counters._client = redis.Redis.from_url(redis_url)
    counters.flush()
    assert drain() == {7: 2}
