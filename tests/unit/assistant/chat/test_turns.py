"""A turn under way: what the asker saw is what is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.chat.answers import HandoffShown, IntentShown, RefusalShown, Timings
from assistant.chat.events import Delta, Refused, Sources
from assistant.chat.memory import EMPTY, PastTurn
from assistant.chat.replies import Reply
from assistant.chat.turns import Draft
from assistant.chat.understanding import Understood
from tests.chatkit import asked

UNDERSTOOD = Understood("and in red?", "and in red?", "the lamp in red?", "en")
REPLY = Reply("Yes.", "model", IntentShown("colours", 0.8), "general", grounded=True)
REFUSED = replace(REPLY, text="I do not know.", refused=RefusalShown("no_evidence", "I do not know."), grounded=False)
TIMINGS = Timings(total_ms=1.0)


def draft() -> Draft:
    return Draft(asked("and in red?", conversation="c"), 1_700_000_000.0)


def test_an_answer_is_the_reply_with_identity_and_timings() -> None:
    answer = draft().finished(REPLY, UNDERSTOOD, TIMINGS)
    assert (answer.conversation_id, answer.answer, answer.language) == ("c", "Yes.", "en")
    assert (answer.layer, answer.grounded, answer.timings) == ("model", True, TIMINGS)


def test_a_finished_turn_is_kept_and_remembered() -> None:
    made = draft()
    turn, memory = made.record(made.finished(REPLY, UNDERSTOOD, TIMINGS), REPLY, UNDERSTOOD, EMPTY)
    assert (turn.status, turn.text, turn.code, turn.handoff) == ("finished", "Yes.", "", None)
    assert (turn.intent, turn.domain, turn.asked_at) == ("colours", "general", 1_700_000_000.0)
    assert (turn.question, turn.standalone) == ("and in red?", "the lamp in red?")
    assert memory.turns == (PastTurn("and in red?", "the lamp in red?", "Yes."),)
    assert memory.refusals == 0


def test_refusals_in_a_row_are_counted_and_an_answer_ends_the_row() -> None:
    made, memory = draft(), EMPTY
    for count in (1, 2):
        turn, memory = made.record(made.finished(REFUSED, UNDERSTOOD, TIMINGS), REFUSED, UNDERSTOOD, memory)
        assert (turn.status, turn.code, memory.refusals) == ("refused", "no_evidence", count)
    _, memory = made.record(made.finished(REPLY, UNDERSTOOD, TIMINGS), REPLY, UNDERSTOOD, memory)
    assert memory.refusals == 0


@pytest.mark.parametrize("begins", [True, False])
def test_only_the_turn_that_begins_a_hand_over_asks_for_one(*, begins: bool) -> None:
    made = draft()
    reply = replace(REPLY, handoff=HandoffShown("asked_for", "requested"), begins_handoff=begins)
    turn, memory = made.record(made.finished(reply, UNDERSTOOD, TIMINGS), reply, UNDERSTOOD, EMPTY)
    assert turn.handoff == ("asked_for" if begins else None)
    assert memory.human == ("requested" if begins else "none")


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_of_a_turn_cut_short_the_pieces_that_were_shown_are_kept_and_nothing_is_remembered(status: str) -> None:
    made = draft()
    for event in (Sources(()), Delta("It comes "), Delta("in "), Refused(RefusalShown("x", "withdrawn"))):
        made.note(event)
    ended = "failed" if status == "failed" else "stopped"
    turn, memory = made.cut_short(ended, "model_timeout", UNDERSTOOD, EMPTY)
    assert (turn.status, turn.text, turn.code) == (status, "It comes in ", "model_timeout")
    assert (turn.answer, turn.intent, turn.domain) == (None, "", "")
    assert memory is EMPTY
