"""What the dashboard counts, on a real database."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from assistant.accounts.models import Tenant
from assistant.chat.models import Conversation, Handoff, HandoffState, Turn
from assistant.console import figures
from assistant.faq.models import FaqEntry
from assistant.knowledge.models import Document

NOW = dt.datetime(2026, 3, 20, 15, 30, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def conversation(tenant: Tenant) -> Conversation:
    return talk(tenant, NOW)


def talk(tenant: Tenant, at: dt.datetime) -> Conversation:
    return Conversation.objects.create(
        tenant=tenant, channel="widget", language="en", title="t", created_at=at, updated_at=at
    )


def turn(conversation: Conversation, question: str = "q", *, days: float = 0, **more: object) -> Turn:
    fields = {"status": "finished", "layer": "faq", "language": "en", "text": "a", "standalone": question, **more}
    return Turn.objects.create(
        id=uuid.uuid4(), conversation=conversation, question=question, asked_at=NOW - dt.timedelta(days=days), **fields
    )


def test_an_empty_house_has_fourteen_quiet_days_and_no_rate() -> None:
    shown = figures.collect(NOW)
    assert (shown.documents, shown.chunks, shown.faq_entries, shown.waiting) == (0, 0, 0, 0)
    assert len(shown.days) == 14
    assert shown.days[-1].date == NOW.date()
    assert all(day.total == 0 and day.hit_rate is None for day in shown.days)


def test_turns_are_counted_by_the_layer_that_answered(conversation: Conversation) -> None:
    for layer in ("faq", "faq", "cache", "retrieval", "model"):
        turn(conversation, layer=layer)
    today = figures.collect(NOW).days[-1]
    assert today.counts == {"faq": 2, "cache": 1, "retrieval": 1, "model": 1, "other": 0}
    assert today.hit_rate == pytest.approx(0.6)


@pytest.mark.parametrize("status", ["refused", "failed", "stopped"])
def test_what_was_not_answered_counts_for_no_layer(conversation: Conversation, status: str) -> None:
    turn(conversation, status=status, layer="model")
    assert figures.collect(NOW).days[-1].counts["other"] == 1


def test_days_begin_at_midnight_utc_and_old_ones_are_left_out(conversation: Conversation) -> None:
    turn(conversation, days=0)
    turn(conversation, days=15.5 / 24 + 0.01)  # yesterday, shortly before midnight
    turn(conversation, days=14)
    counts = [day.total for day in figures.collect(NOW).days]
    assert counts == [0] * 12 + [1, 1]


def test_unanswered_questions_come_with_how_often_the_most_frequent_first(conversation: Conversation) -> None:
    for question in ("rare?", "often?", "often?"):
        turn(conversation, question, status="refused", code="no_evidence")
    turn(conversation, "unsafe?", status="refused", code="unsafe")
    shown = figures.collect(NOW).unanswered
    assert [(row.question, row.times) for row in shown] == [("often?", 2), ("rare?", 1)]
    assert shown[0].conversation == str(conversation.pk)


def test_conversations_of_today_and_people_who_wait_are_counted(tenant: Tenant, conversation: Conversation) -> None:
    talk(tenant, NOW - dt.timedelta(days=1))
    asked = turn(conversation)
    Handoff.objects.create(conversation=conversation, turn=asked, reason="asked_for_human")
    shown = figures.collect(NOW)
    assert (shown.conversations_today, shown.waiting) == (1, 1)
    Handoff.objects.update(state=HandoffState.CLOSED)
    assert figures.collect(NOW).waiting == 0


def test_deleted_documents_and_drafts_do_not_count(tenant: Tenant) -> None:
    Document.objects.create(tenant=tenant, title="here", filename="a.md", checksum="0" * 64)
    Document.objects.create(tenant=tenant, title="gone", filename="b.md", checksum="1" * 64, deleted_at=NOW)
    FaqEntry.objects.create(tenant=tenant, key="a", language="en", question="?", answer="!")
    FaqEntry.objects.create(tenant=tenant, key="b", language="en", question="??", answer="!", published=False)
    shown = figures.collect(NOW)
    assert (shown.documents, shown.faq_entries) == (1, 1)
