"""A colleague corrects an answer in the admin; one click makes a FAQ entry, or another way to ask, of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.chat.models import Conversation, Feedback, Turn
from assistant.faq import rows, services
from assistant.faq.models import FaqEntry, WrongHit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_url")]


@pytest.fixture
def turn() -> Turn:
    now = timezone.now()
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    talk = Conversation.objects.create(
        tenant=tenant, channel="widget", language="en", title="x", created_at=now, updated_at=now
    )
    return Turn.objects.create(
        conversation=talk, question="Do you open on Sunday?", standalone="Do you open on Sunday?", text="Yes.",
        answer={"sources": [{"n": 1, "chunk": "faq:hours", "title": "?"}]}, status="finished", layer="faq",
        language="en", domain="general", asked_at=now,
    )  # fmt: skip


@pytest.fixture
def hours(turn: Turn) -> FaqEntry:
    fields = {"key": "hours", "language": "en", "question": "When are you open?", "answer": "Mon to Sat."}
    return services.save(FaqEntry(tenant=turn.conversation.tenant, **fields), embed=False)


def test_a_correction_becomes_an_entry_with_one_click(admin_client: Client, turn: Turn, hours: FaqEntry) -> None:
    address = f"/admin/turns/{turn.pk}/correct/"
    assert address in admin_client.get(f"/admin/chat/conversation/{turn.conversation_id}/change/").content.decode()
    assert "Do you open on Sunday?" in admin_client.get(address).content.decode()
    answer = admin_client.post(address, {"answer": "No, on Sundays we are closed.", "make": "1"})
    made = FaqEntry.objects.get(question="Do you open on Sunday?")
    assert answer["Location"].endswith(f"/admin/faq/faqentry/{made.pk}/change/")
    assert {entry.answer for entry in rows.published("acme", "e")} == {"Mon to Sat.", "No, on Sundays we are closed."}
    said = Feedback.objects.get()
    assert (said.giver, said.author, said.rating) == ("agent", "admin", "down")
    assert WrongHit.objects.get().entry == hours


def test_a_correction_becomes_another_way_to_ask(admin_client: Client, turn: Turn, hours: FaqEntry) -> None:
    other = services.save(
        FaqEntry(tenant=hours.tenant, key="sunday", language="en", question="Sundays?", answer="Closed."), embed=False
    )
    admin_client.post(f"/admin/turns/{turn.pk}/correct/", {"answer": "", "entry": other.pk, "make": "1"})
    other.refresh_from_db()
    assert other.variants == ["Do you open on Sunday?"]
    assert Feedback.objects.get().correction == "Closed."


def test_a_correction_alone_changes_no_entry(admin_client: Client, turn: Turn, hours: FaqEntry) -> None:
    admin_client.post(f"/admin/turns/{turn.pk}/correct/", {"answer": "No.", "note": "1"})
    assert FaqEntry.objects.count() == 1
    assert Feedback.objects.get().correction == "No."


def test_what_cannot_be_an_entry_says_why_and_changes_nothing(
    admin_client: Client, turn: Turn, hours: FaqEntry
) -> None:
    page = admin_client.post(f"/admin/turns/{turn.pk}/correct/", {"answer": "Call {{ nobody }}.", "make": "1"})
    assert "has no value" in page.content.decode()
    assert not Feedback.objects.exists()


def test_without_the_permission_nobody_corrects(client: Client, turn: Turn) -> None:
    client.force_login(User.objects.create_user("cleo", is_staff=True))
    assert client.get(f"/admin/turns/{turn.pk}/correct/").status_code == 403
