"""Who saves waits for who answers, as long as it lives; who was held up answers nothing from memory."""

from __future__ import annotations

import threading
import time

import pytest
import redis
from django.db import OperationalError, transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from assistant.live import assent
from assistant.live.assent import Assent
from assistant.live.follower import Follower

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_url")]


def test_nobody_follows_and_nobody_is_waited_for() -> None:
    began = time.monotonic()
    assert assent.wait("topic")
    assert time.monotonic() - began < 0.5


def test_a_process_that_died_is_waited_for_until_its_lease_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assent, "LEASE_S", 0.3)
    dead = Assent("topic")
    dead.give(dead.ticket())
    began = time.monotonic()
    assert assent.wait("topic")
    assert 0.1 < time.monotonic() - began < 2


def test_one_that_lives_and_cannot_look_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assent, "LEASE_S", 60.0)
    monkeypatch.setattr(assent, "LOOKS_S", -59.8)
    cut_off = Assent("topic")
    cut_off.ticket()
    assert not assent.wait("topic")
    cut_off.leave()
    assert assent.wait("topic")


def test_a_ticket_from_before_the_save_does_not_count() -> None:
    reader = Assent("topic")
    old = reader.ticket()
    reader.give(old)
    assert old is not None
    assert reader.ticket() == old
    assent._client().incr(f"{assent.PREFIX}topic:ticket")
    assert reader.ticket() == old + 1


def test_without_redis_the_saver_waits_as_long_as_followers_need(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = redis.Redis(unix_socket_path="/nowhere", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(assent, "_client", lambda: nowhere)
    monkeypatch.setattr(assent, "LOOKS_S", 0.2)
    began = time.monotonic()
    assert not assent.wait("topic")
    assert time.monotonic() - began >= 0.2
    alone = Assent("topic")
    assert alone.ticket() is None
    alone.give(None)


def test_the_wait_comes_after_the_commit_and_not_after_a_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    monkeypatch.setattr(assent, "wait", lambda topic: bool(waited.append(topic)) or True)
    with transaction.atomic():
        assent.announce("topic")
        assert waited == []
    assert waited == ["topic"]
    with transaction.atomic():
        assent.announce("topic")
        transaction.set_rollback(True)
    assert waited == ["topic"]


def test_a_process_that_was_held_up_vouches_for_nothing_until_it_looked_again() -> None:
    follower = Follower("topic", lambda: None, interval=60, assents=True)
    assert follower.vouches()  # a command that does not follow
    follower.start()
    while follower.fresh_at == float("-inf"):
        time.sleep(0.01)
    assert follower.vouches()
    follower.fresh_at -= assent.LEASE_S
    assert not follower.vouches()
    follower.refresh_now()
    assert follower.vouches()
    follower.stop()


def test_when_the_database_is_away_for_everybody_what_is_known_is_served() -> None:
    def away() -> None:
        raise OperationalError("gone")

    follower = Follower("topic", away, interval=0.05, assents=True)
    follower.start()
    while not follower.away:
        time.sleep(0.01)
    assert follower.vouches()
    follower.stop()


def test_a_dead_follower_delays_the_first_save_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assent, "LEASE_S", 0.4)
    dead = Assent("topic")
    dead.give(dead.ticket())
    took = []
    for _ in range(3):
        began = time.monotonic()
        assert assent.wait("topic")
        took.append(time.monotonic() - began)
    assert 0.1 < took[0] < 2
    assert max(took[1:]) < 0.3
    assert assent._client().smembers(f"{assent.PREFIX}topic:readers") == set()


def test_a_slow_follower_holds_a_save_up_until_it_has_looked_and_no_longer() -> None:
    gate, looks = threading.Event(), []

    def slow() -> None:
        gate.wait(5)
        looks.append(time.monotonic())

    follower = Follower("topic", slow, interval=60, assents=True)
    follower.start()
    gate.set()
    while not looks:
        time.sleep(0.01)
    gate.clear()
    threading.Timer(0.5, gate.set).start()
    began = time.monotonic()
    assert assent.wait("topic")
    ended = time.monotonic()
    follower.stop()
    assert 0.4 < ended - began < 3
    assert looks[1] <= ended


def test_a_follower_stuck_in_its_look_delays_a_save_by_its_lease_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assent, "LEASE_S", 0.5)
    monkeypatch.setattr(assent, "LOOKS_S", 0.3)
    stuck = threading.Event()
    follower = Follower("topic", lambda: stuck.wait(20) and None, interval=60, assents=True)
    follower.start()
    time.sleep(0.1)
    began = time.monotonic()
    assent.wait("topic")
    took = time.monotonic() - began
    stuck.set()
    follower.stop()
    assert took < 2


def test_one_that_fails_at_every_look_delays_a_save_boundedly_and_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assent, "LEASE_S", 0.5)
    monkeypatch.setattr(assent, "LOOKS_S", 0.2)

    def away() -> None:
        raise OperationalError("gone")

    follower = Follower("topic", away, interval=0.05, assents=True)
    follower.start()
    while not follower.away:
        time.sleep(0.01)
    began = time.monotonic()
    all_signed = assent.wait("topic")
    took = time.monotonic() - began
    follower.stop()
    assert 0.2 < took < 3
    assert not all_signed or took > 0.3
    assert assent.wait("topic")


def test_followers_of_another_topic_are_not_waited_for() -> None:
    other = Assent("other")
    other.ticket()
    began = time.monotonic()
    assert assent.wait("topic")
    assert time.monotonic() - began < 1
    other.leave()
