"""When a human is called."""

from __future__ import annotations

import pytest

from assistant.chat import handoff
from assistant.chat.memory import Human, Memory


def test_the_wish_makes_one_hand_over() -> None:
    passing = handoff.asked_for(Memory(), "en")
    assert passing.begins
    assert passing.shown.state == "requested"


@pytest.mark.parametrize("human", ["requested", "accepted"])
def test_while_one_is_open_nothing_makes_another(human: Human) -> None:
    memory = Memory(human=human, refusals=7)
    assert not handoff.asked_for(memory, "zh").begins
    shown, begins = handoff.after_refusal(memory, "no_evidence")
    assert not begins
    assert shown.state == human


def test_the_tenants_own_sentence_is_said() -> None:
    assert handoff.asked_for(Memory(), "en", "Anna will call you.").text == "Anna will call you."


def test_a_first_refusal_offers_and_a_second_one_asks() -> None:
    assert handoff.after_refusal(Memory(), "no_evidence")[0].state == "offered"
    shown, begins = handoff.after_refusal(Memory(refusals=1), "no_evidence")
    assert begins
    assert shown.reason == handoff.REPEATED


def test_the_state_after_the_turn_follows() -> None:
    assert handoff.human_now(Memory(), begins=True) == "requested"
    assert handoff.human_now(Memory(human="accepted"), begins=False) == "accepted"
