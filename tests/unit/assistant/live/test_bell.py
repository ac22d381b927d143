"""A ring wakes whoever follows the topic, in this process and in others, and costs nothing when Redis is away."""

from __future__ import annotations

import time

import pytest
from django.db import transaction

from assistant.live.bell import Bell, bell


def test_a_ring_wakes_this_process_even_without_redis() -> None:
    alone = Bell("unix:///nowhere/redis.sock")
    with alone.waiting("faq") as rung, alone.waiting("keys") as other:
        began = time.monotonic()
        alone.ring("faq")
        assert rung.wait(1)
        assert time.monotonic() - began < 1
        assert not other.is_set()


def test_a_ring_wakes_another_process(redis_url: str) -> None:
    here, there = Bell(redis_url), Bell(redis_url)
    with there.waiting("faq") as rung:
        deadline = time.monotonic() + 5
        while not rung.is_set() and time.monotonic() < deadline:
            here.ring("faq")  # the subscription takes a moment
            time.sleep(0.02)
        assert rung.is_set()


@pytest.mark.django_db(transaction=True)
def test_a_change_is_announced_only_when_it_is_committed(redis_url: str) -> None:
    with bell().waiting("documents") as rung:
        with transaction.atomic():
            bell().ring_on_commit("documents")
            assert not rung.wait(0.1)
        assert rung.wait(1)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_is_not_announced(redis_url: str) -> None:
    with bell().waiting("documents") as rung:
        with transaction.atomic():
            bell().ring_on_commit("documents")
            transaction.set_rollback(True)
        assert not rung.wait(0.2)
