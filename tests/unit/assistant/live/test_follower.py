"""A follower looks when it is woken, looks anyway when it is not, and outlives the database's absence."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import OperationalError

from assistant.live.bell import bell
from assistant.live.follower import Follower
from tests import conftest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_url")]


def test_it_looks_at_once_when_its_topic_rings() -> None:
    looked = threading.Semaphore(0)
    follower = Follower("topic", looked.release, interval=60)
    follower.start()
    assert looked.acquire(timeout=5)
    time.sleep(0.05)
    bell().ring("topic")
    assert looked.acquire(timeout=30)  # half of its interval
    follower.stop()


def test_it_looks_by_itself_when_nobody_rings() -> None:
    looked = threading.Semaphore(0)
    follower = Follower("topic", looked.release, interval=0.02)
    follower.start()
    assert all(looked.acquire(timeout=5) for _ in range(3))
    follower.stop()


def test_a_database_that_is_away_is_waited_for() -> None:
    outcomes = [OperationalError("away"), OperationalError("away"), None]
    back = threading.Event()

    def look() -> None:
        outcome = outcomes.pop(0) if outcomes else None
        if outcome is not None:
            raise outcome
        back.set()

    follower = Follower("topic", look, interval=0.02)
    follower.start()
    assert back.wait(5)
    follower.stop()
    assert not follower.away
    assert follower.fresh_at > 0


def test_an_error_of_its_own_is_told_once_and_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    unexpected = ValueError("a row nobody expected")
    outcomes = [OperationalError("away"), unexpected, unexpected, None]
    well = threading.Event()
    aways: list[bool] = []

    def look() -> None:
        aways.append(follower.away)
        outcome = outcomes.pop(0) if outcomes else None
        if outcome is not None:
            raise outcome
        well.set()

    follower = Follower("topic", look, interval=0.02)
    follower.start()
    assert well.wait(5)
    follower.stop()
    told = [record for record in caplog.records if record.message == "follower.failed topic=topic"]
    assert len(told) == 1
    assert told[0].exc_info is not None
    assert aways[:4] == [False, True, False, False], "an error is no absence of the database: keys would be given grace"


def test_starting_twice_starts_once_and_stopping_stops() -> None:
    follower = Follower("topic", lambda: None, interval=0.02)
    follower.start()
    follower.start()
    running = [thread for thread in threading.enumerate() if thread.name == "follow-topic"]
    follower.stop()
    assert len(running) == 1
    assert not running[0].is_alive()


def test_looking_by_hand_raises_what_the_database_raises() -> None:
    def away() -> None:
        raise OperationalError("away")

    with pytest.raises(OperationalError):
        Follower("topic", away).refresh_now()


def test_none_outlives_its_test() -> None:
    threads = {f"follow-{name}" for name in ("forgotten", "also-forgotten")}
    for name in ("forgotten", "also-forgotten"):
        Follower(name, lambda: None, interval=60).start()
    assert threads <= {thread.name for thread in threading.enumerate()}
    conftest.pytest_runtest_teardown()
    assert not threads & {thread.name for thread in threading.enumerate()}
