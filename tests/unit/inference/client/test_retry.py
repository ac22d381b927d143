"""When another attempt is made, and after how long."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from inference.client.errors import ModelUnavailable
from inference.client.faults import Fault
from inference.client.retry import Attempts
from inference.client.types import RetryPolicy


def fault(*, again: bool = True, retry_after: float | None = None) -> Fault:
    return Fault(ModelUnavailable("busy", retry_after=retry_after), again=again, trips=True)


def test_attempts_run_out() -> None:
    attempts = Attempts(RetryPolicy(attempts=2), random.Random(1))
    assert attempts.wait(fault(), 60.0) is not None
    assert attempts.wait(fault(), 60.0) is None


def test_a_final_fault_is_never_waited_for() -> None:
    assert Attempts(RetryPolicy()).wait(fault(again=False), 60.0) is None


def test_the_server_is_never_asked_before_it_wished() -> None:
    wait = Attempts(RetryPolicy()).wait(fault(retry_after=2.0), 60.0)
    assert wait is not None
    assert 2.0 <= wait <= 2.25


def test_no_attempt_is_made_that_would_miss_the_deadline() -> None:
    assert Attempts(RetryPolicy()).wait(fault(retry_after=2.0), 1.0) is None


@given(seed=st.integers(), attempts=st.integers(1, 8), base=st.floats(0.01, 2.0), ceiling=st.floats(0.1, 5.0))
def test_waits_stay_within_the_growing_window_and_the_ceiling(
    seed: int, attempts: int, base: float, ceiling: float
) -> None:
    tries = Attempts(RetryPolicy(attempts, base, ceiling), random.Random(seed))
    for made in range(1, attempts):
        wait = tries.wait(fault(), 1e9)
        assert wait is not None
        assert 0.0 <= wait <= min(ceiling, base * 2.0**made)
    assert tries.wait(fault(), 1e9) is None
