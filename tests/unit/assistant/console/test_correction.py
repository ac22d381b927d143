"""A colleague corrects an answer in the admin; one click makes a FAQ entry, or another way to ask, of it."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.chat.models import Conversation, Feedback, Turn
from assistant.faq import rows, services
from assistant.faq.models import CalibrationPair, FaqEntry

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
    assert CalibrationPair.objects.get().entry == hours


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


def colleague(client: Client, *rights: str) -> Client:
    person = User.objects.create_user("cleo", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(person)
    return client


def test_who_may_correct_but_not_edit_entries_makes_none_and_nothing_is_half_done(
    client: Client, turn: Turn, hours: FaqEntry
) -> None:
    browser, address = colleague(client, "change_feedback"), f"/admin/turns/{turn.pk}/correct/"
    assert browser.post(address, {"answer": "No.", "make": "1"}).status_code == 403
    assert (FaqEntry.objects.count(), Feedback.objects.count(), CalibrationPair.objects.count()) == (1, 0, 0)
    assert browser.post(address, {"answer": "No.", "note": "1"}).status_code == 302
    assert (Feedback.objects.get().author, CalibrationPair.objects.get().entry) == ("cleo", hours)


def test_an_entry_made_of_a_correction_waits_for_another_person(client: Client, turn: Turn, hours: FaqEntry) -> None:
    User.objects.create_superuser("ben")
    browser = colleague(client, "change_feedback", "add_faqentry")
    browser.post(f"/admin/turns/{turn.pk}/correct/", {"answer": "Closed on Sundays.", "make": "1"})
    made = FaqEntry.objects.exclude(pk=hours.pk).get()
    assert (made.state, made.author.username) == ("review", "cleo")
    assert [entry.answer for entry in rows.published("acme", "e")] == ["Mon to Sat."]


def test_entries_of_another_tenant_or_language_are_not_offered(
    admin_client: Client, turn: Turn, hours: FaqEntry
) -> None:
    tenant = Tenant.objects.create(slug="other", name="Other")
    theirs = FaqEntry(tenant=tenant, key="x", language="en", question="Their secret?", answer="Theirs.")
    chinese = FaqEntry(tenant=hours.tenant, key="zh", language="zh", question="星期天开门吗？", answer="不开门。")
    address = f"/admin/turns/{turn.pk}/correct/"
    for entry in (theirs, chinese):
        services.save(entry, embed=False)
        page = admin_client.post(address, {"answer": "", "entry": entry.pk, "make": "1"})
        assert (page.status_code, Feedback.objects.count()) == (200, 0)
        assert entry.question not in page.content.decode()
        entry.refresh_from_db()
        assert entry.variants == []


def test_a_correction_without_the_right_answer_is_asked_for_it(admin_client: Client, turn: Turn) -> None:
    page = admin_client.post(f"/admin/turns/{turn.pk}/correct/", {"answer": "  ", "note": "1"})
    assert (page.status_code, Feedback.objects.count()) == (200, 0)
    assert page.context["form"].errors["answer"]


def test_the_page_of_a_turn_that_is_not_there_is_not_found(admin_client: Client, turn: Turn) -> None:
    assert admin_client.get(f"/admin/turns/{uuid.uuid4()}/correct/").status_code == 404


def test_the_page_is_in_the_colleagues_language_and_shows_what_was_said_as_text(
    admin_client: Client, turn: Turn
) -> None:
    Turn.objects.update(question="<b>Sunday?</b>", text="<script>x</script>")
    page = admin_client.get(f"/admin/turns/{turn.pk}/correct/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert "&lt;b&gt;Sunday?" in page
    assert "<script>x" not in page
    assert "纠正并加入 FAQ" in page
