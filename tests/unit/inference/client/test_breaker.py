"""The breaker as an automaton: by name, and by hypothesis against a plain model of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.client.breaker import Breaker
from inference.client.errors import ModelUnavailable


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock, failures: int = 3) -> Breaker:
    breaker = Breaker(failures=failures, cooldown=10.0, clock=clock)
    for _ in range(failures):
        breaker.admit()
        breaker.failed()
    return breaker


def test_a_new_breaker_is_closed_and_admits() -> None:
    breaker = Breaker()
    breaker.admit()
    assert breaker.state == "closed"


def test_it_opens_after_the_given_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker(failures=3, clock=Clock())
    for expected in ("closed", "closed", "open"):
        breaker.failed()
        assert breaker.state == expected


def test_one_success_forgets_the_failures_before_it() -> None:
    breaker = Breaker(failures=2, clock=Clock())
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.state == "closed"


def test_an_open_breaker_says_how_long_to_wait() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 4.0
    with pytest.raises(ModelUnavailable, match="6 s more") as raised:
        breaker.admit()
    assert raised.value.retry_after == 6.0


def test_half_open_lets_exactly_one_probe_through() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10.0
    assert breaker.state == "half_open"
    breaker.admit()
    assert not breaker.would_admit
    with pytest.raises(ModelUnavailable):
        breaker.admit()


def test_a_failed_probe_opens_it_for_the_whole_cooldown_again() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10.0
    breaker.admit()
    breaker.failed()
    assert breaker.state == "open"
    assert breaker.remaining == 10.0


def test_a_successful_probe_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10.0
    breaker.admit()
    breaker.succeeded()
    assert breaker.state == "closed"


def test_a_released_probe_leaves_room_for_the_next() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10.0
    breaker.admit()
    breaker.released()
    breaker.admit()
    assert breaker.state == "half_open"


@pytest.mark.parametrize(("failures", "cooldown"), [(0, 1.0), (1, 0.0), (1, -1.0)])
def test_senseless_settings_are_refused(failures: int, cooldown: float) -> None:
    with pytest.raises(ValueError, match="a breaker needs"):
        Breaker(failures=failures, cooldown=cooldown)


EVENTS = st.lists(st.sampled_from(["ok", "fail", "leave", "tick", "long"]), max_size=60)


@given(events=EVENTS, limit=st.integers(1, 5))
def test_it_admits_if_and_only_if_the_model_of_it_does(events: list[str], limit: int) -> None:
    clock = Clock()
    breaker = Breaker(failures=limit, cooldown=10.0, clock=clock)
    streak, opened_at = 0, None
    for event in events:
        if event in ("tick", "long"):
            clock.now += 1.0 if event == "tick" else 10.0
            continue
        admits = opened_at is None or clock.now >= opened_at + 10.0
        assert breaker.would_admit is admits
        if not admits:
            with pytest.raises(ModelUnavailable):
                breaker.admit()
            continue
        breaker.admit()
        if event == "ok":
            breaker.succeeded()
            streak, opened_at = 0, None
        elif event == "fail":
            breaker.failed()
            streak += 1
            if opened_at is not None or streak >= limit:
                opened_at = clock.now
        else:
            breaker.released()


@given(events=EVENTS)
def test_the_wait_is_never_negative_nor_longer_than_the_cooldown(events: list[str]) -> None:
    clock = Clock()
    breaker = Breaker(failures=1, cooldown=10.0, clock=clock)
    for event in events:
        clock.now += 3.0
        if event == "fail":
            breaker.failed()
        elif event == "ok":
            breaker.succeeded()
        assert 0.0 <= breaker.remaining <= 10.0
        assert (breaker.remaining > 0) == (breaker.state == "open")
