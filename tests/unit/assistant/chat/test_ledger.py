"""Turns in PostgreSQL, and hand-overs beside them."""

from __future__ import annotations

import dataclasses
import uuid

import pytest

from assistant.accounts.models import Tenant
from assistant.chat import ledger, record
from assistant.chat.models import Conversation, Handoff, Turn
from tests.chatkit import PLAIN, turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="demo", name="Demo")


def test_a_turn_written_twice_is_there_once(tenant: Tenant) -> None:
    one = turn(str(uuid.uuid4()), answer=PLAIN)
    ledger.write([one])
    ledger.write([one, one])
    row = Turn.objects.get()
    assert (row.text, row.layer, row.answer["answer"]) == ("So.", "faq", "你好")
    assert Conversation.objects.count() == 1


def test_a_conversation_begins_with_its_first_question_and_ends_with_its_last(tenant: Tenant) -> None:
    name = str(uuid.uuid4())
    ledger.write([turn(name, 200.0, question="second"), turn(name, 100.0, question="first")])
    ledger.write([turn(name, 300.0)])
    row = Conversation.objects.get()
    assert row.title == "first"
    assert (row.created_at.timestamp(), row.updated_at.timestamp()) == (100.0, 300.0)


def test_only_one_hand_over_is_open_at_a_time(tenant: Tenant) -> None:
    name = str(uuid.uuid4())
    ledger.write([turn(name, 1.0, handoff="asked_for_human"), turn(name, 2.0, handoff="repeated_refusals")])
    assert [row.reason for row in Handoff.objects.all()] == ["asked_for_human"]
    Handoff.objects.update(state="closed")
    ledger.write([turn(name, 3.0, handoff="asked_for_human")])
    assert Handoff.objects.count() == 2


def test_turns_of_a_tenant_that_is_gone_are_dropped_and_the_others_kept(tenant: Tenant) -> None:
    ledger.write([turn(str(uuid.uuid4()), tenant="gone"), turn(str(uuid.uuid4()))])
    assert Turn.objects.count() == 1


def test_what_is_recalled_is_the_tenants_own(tenant: Tenant) -> None:
    name = str(uuid.uuid4())
    ledger.write([turn(name)])
    assert ledger.recall("other", name) is None
    assert ledger.recall("demo", str(uuid.uuid4())) is None
    memory = ledger.recall("demo", name)
    assert memory is not None
    assert [(past.question, past.answer) for past in memory.turns] == [("How?", "So.")]


def test_refusals_in_a_row_and_the_hand_over_are_recalled(tenant: Tenant) -> None:
    name = str(uuid.uuid4())
    turns = [
        turn(name, 1.0),
        turn(name, 2.0, status="refused"),
        turn(name, 3.0, status="refused", handoff="x", language="zh"),
    ]
    ledger.write(turns)
    memory = ledger.recall("demo", name)
    assert memory is not None
    assert (memory.refusals, memory.human, memory.language) == (2, "requested", "zh")
    Handoff.objects.update(state="accepted")
    accepted = ledger.recall("demo", name)
    assert accepted is not None
    assert accepted.human == "accepted"


def test_records_survive_their_json() -> None:
    records = (turn("c", answer=PLAIN), dataclasses.replace(turn("c"), handoff="x", code="y"))
    assert record.parse(record.dump(records)) == records
