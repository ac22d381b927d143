"""The admin's first page and the conversations in it, as a logged-in colleague sees them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import uuid

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assistant import wiring
from assistant.accounts.models import Tenant
from assistant.chat.models import Conversation, Handoff, Turn
from assistant.console import texts
from assistant.console.site import ConsoleSite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_url")]
SOURCE = {"n": 1, "title": "Return policy", "chunk": "c", "document": "d", "revision": 1, "score": 1.0}


@pytest.fixture
def conversation() -> Conversation:
    now = timezone.now()
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    talk = Conversation.objects.create(
        tenant=tenant, channel="widget", language="en", title="Where is it?", created_at=now, updated_at=now
    )
    for number, (status, code) in enumerate([("finished", ""), ("refused", "no_evidence")]):
        Turn.objects.create(
            id=uuid.uuid4(), conversation=talk, question=f"Where is it? {number}", standalone="Where is it?",
            text="There [1].", answer={"sources": [SOURCE]}, status=status, code=code, layer="retrieval",
            language="en", asked_at=now + dt.timedelta(seconds=number),
        )  # fmt: skip
    return talk


def test_the_site_is_ours() -> None:
    assert isinstance(admin.site._wrapped if hasattr(admin.site, "_wrapped") else admin.site, ConsoleSite)


def test_the_first_page_shows_readiness_counts_and_what_was_not_answered(
    admin_client: Client, conversation: Conversation
) -> None:
    page = admin_client.get("/admin/").content.decode()
    for name in ("readiness", "days", "unanswered", "documents", "waiting"):
        assert texts.WORDS[name].en in page
    assert "Where is it? 1" in page
    assert f"/admin/chat/conversation/{conversation.pk}/change/" in page
    assert "/admin/faq/faqentry/add/?question=Where%20is%20it%3F%201" in page
    assert "<rect" in page


def test_the_first_page_speaks_chinese(admin_client: Client, conversation: Conversation) -> None:
    page = admin_client.get("/admin/", headers={"Accept-Language": "zh-CN"}).content.decode()
    for name in ("readiness", "days", "unanswered", "documents", "waiting"):
        assert texts.WORDS[name].zh in page
    assert texts.TITLE.zh in page


class Watched:
    """A model's server as the watch saw it."""

    def __init__(self, *, up: bool, warming: bool) -> None:
        self.warming = warming
        self._up = up

    def up(self) -> bool:
        return self._up


@pytest.mark.parametrize(
    ("url", "up", "warming", "state"),
    [
        (None, False, False, "not_configured"),
        ("http://127.0.0.1:9", False, True, "starting"),
        ("http://127.0.0.1:9", False, False, "not_ready"),
        ("http://127.0.0.1:9", True, False, "ready"),
    ],
)
def test_a_model_that_nobody_wanted_or_that_still_loads_is_not_shown_as_a_fault(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, url: str | None, up: bool, warming: bool, state: str
) -> None:
    monkeypatch.setattr(settings, "HOUSE", dataclasses.replace(settings.HOUSE, model_url=url))
    monkeypatch.setattr(wiring, "model_watch", lambda: Watched(up=up, warming=warming))
    page = admin_client.get("/admin/").content.decode()
    lamp = re.search(rf'<li class="(\w+)"><b>{texts.WORDS["model"].en}</b> <span>(.*?)</span>', page)
    assert lamp is not None
    assert lamp.groups() == (state, texts.WORDS[state].en)


def test_a_quiet_house_says_so(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    assert texts.WORDS["quiet"].en in page
    assert texts.WORDS["none"].en in page


def test_nothing_on_the_page_needs_an_inline_style_or_script(admin_client: Client, conversation: Conversation) -> None:
    page = admin_client.get("/admin/").content.decode()
    console = page[page.index('<div class="console">') : page.index('<h2 class="manage">')]
    assert "style=" not in console
    assert "<script" not in console


def test_a_hostile_question_is_shown_as_text(admin_client: Client, conversation: Conversation) -> None:
    Turn.objects.filter(status="refused").update(question="<script>alert(1)</script>")
    page = admin_client.get("/admin/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_strangers_are_sent_to_the_log_in(client: Client) -> None:
    response = client.get("/admin/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")


def test_a_conversation_is_read_turn_by_turn_and_cannot_be_changed(
    admin_client: Client, conversation: Conversation
) -> None:
    address = reverse("admin:chat_conversation_change", args=[conversation.pk])
    page = admin_client.get(address).content.decode()
    assert "Where is it? 0" in page
    assert "[1] Return policy" in page
    assert 'name="_save"' not in page
    assert admin_client.post(address, {"channel": "x"}).status_code == 403
    assert admin_client.get(reverse("admin:chat_conversation_add")).status_code == 403


@pytest.mark.parametrize(
    "query", ["", "?q=where", "?channel=widget", "?turns__layer=retrieval", "?handoffs__state=requested"]
)
def test_conversations_can_be_searched_and_filtered(
    admin_client: Client, conversation: Conversation, query: str
) -> None:
    response = admin_client.get(reverse("admin:chat_conversation_changelist") + query)
    assert response.status_code == 200
    assert ("Where is it?" in response.content.decode()) == ("handoffs" not in query)


def test_a_hand_over_can_be_accepted_and_nothing_else_of_it_changed(
    admin_client: Client, conversation: Conversation
) -> None:
    handoff = Handoff.objects.create(
        conversation=conversation, turn=conversation.turns.first(), reason="asked_for_human"
    )
    address = reverse("admin:chat_handoff_change", args=[handoff.pk])
    admin_client.post(address, {"state": "accepted", "reason": "other"})
    handoff.refresh_from_db()
    assert (handoff.state, handoff.reason) == ("accepted", "asked_for_human")
