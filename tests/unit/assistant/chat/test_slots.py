"""Admission to the model."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from assistant.chat.slots import Slots
from assistant.errors import Unavailable


def test_over_the_limit_a_question_is_turned_away_with_a_time_to_come_back() -> None:
    slots = Slots(2)
    with ExitStack() as held:
        held.enter_context(slots.take())
        held.enter_context(slots.take())
        with pytest.raises(Unavailable) as refused, slots.take():
            raise AssertionError
        assert refused.value.code == "overloaded"
        assert refused.value.retry_after
    with slots.take():
        pass


def test_a_slot_comes_back_also_after_an_error() -> None:
    slots = Slots(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), slots.take():
            raise ZeroDivisionError
