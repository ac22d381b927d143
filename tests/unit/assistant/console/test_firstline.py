"""The page "first line": rates, savings from measured answers, certificates, false hits; and an empty one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.chat.models import Conversation, Feedback, Turn
from assistant.console import firstline, texts
from assistant.faq.models import ThresholdCertificate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_url")]
FAQ = {"sources": [{"n": 1, "chunk": "faq:x"}], "intent": {"name": "faq", "confidence": 0.9}}


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def talk(tenant: Tenant) -> Conversation:
    now = timezone.now()
    return Conversation.objects.create(
        tenant=tenant, channel="api", language="en", title="x", created_at=now, updated_at=now
    )


def turn(talk: Conversation, layer: str, answer: object = None, ms: float = 5.0, **more: object) -> Turn:
    fields = {"question": "How long?", "standalone": "How long?", "status": "finished", "text": "2 years.", **more}
    return Turn.objects.create(
        conversation=talk, layer=layer, answer=answer or FAQ, language="en", total_ms=ms,
        asked_at=fields.pop("asked_at", timezone.now()), **fields,
    )  # fmt: skip


def certificate(tenant: Tenant, **more: object) -> ThresholdCertificate:
    fields = {"language": "en", "domain": "general", "threshold": 0.91, "bound": 0.01, "false_hits": 1,
              "different": 600, "same": 300, "upper": 0.0079, "origin": "own",
              "verifier": "v", "encoder": "e"}  # fmt: skip
    return ThresholdCertificate.objects.create(tenant=tenant, **{**fields, **more})


def test_what_hits_saved_is_their_number_times_what_model_answers_took(talk: Conversation) -> None:
    for ms, tokens in ((2_000, 100), (4_000, 300)):
        turn(talk, "model", {"usage": {"prompt_tokens": tokens, "completion_tokens": 50}}, ms)
    for layer in ("faq", "faq", "cache", "retrieval"):
        turn(talk, layer)
    line = firstline.collect()
    assert line.hits == 3
    assert line.saved is not None
    assert (line.saved.measured, line.saved.seconds, line.saved.tokens) == (2, 9.0, 750.0)
    assert line.days[-1].hit_rate == 0.5


def test_nothing_is_claimed_where_no_model_answer_was_measured(talk: Conversation) -> None:
    turn(talk, "faq")
    assert firstline.collect().saved is None


def test_false_hits_are_those_of_the_first_line_that_were_called_wrong(talk: Conversation) -> None:
    greeting = {"sources": []}
    for layer, rating, answer in (
        ("faq", "down", FAQ), ("cache", "down", FAQ), ("faq", "up", FAQ), ("model", "down", FAQ),
        ("faq", "down", greeting),
    ):  # fmt: skip
        Feedback.objects.create(turn=turn(talk, layer, answer), rating=rating, giver="visitor")
    old = turn(talk, "faq", asked_at=timezone.now() - dt.timedelta(days=30))
    Feedback.objects.create(turn=old, rating="down")
    line = firstline.collect()
    assert line.wrong == 2
    assert {hit.layer for hit in line.false_hits} == {"faq", "cache"}


def test_the_newest_certificate_of_each_kind_is_in_force(tenant: Tenant) -> None:
    certificate(tenant)
    newest = certificate(tenant, threshold=None, origin="none")
    chinese = certificate(tenant, language="zh")
    assert set(firstline.collect().certificates) == {newest, chinese}


def test_the_page_shows_all_of_it_in_both_languages(admin_client: Client, tenant: Tenant, talk: Conversation) -> None:
    turn(talk, "model", {"usage": {"prompt_tokens": 10, "completion_tokens": 5}}, 1_500)
    Feedback.objects.create(turn=turn(talk, "faq", standalone="<b>Warranty?</b>"), rating="down", author="ann")
    certificate(tenant, threshold=None)
    english = admin_client.get("/admin/first-line/").content.decode()
    chinese = admin_client.get("/admin/first-line/", headers={"Accept-Language": "zh-CN"}).content.decode()
    for name in ("hits", "tokens_saved", "certificates", "exact_only", "false_hits", "drift", "no_intents"):
        assert texts.LINE_WORDS[name].en in english
        assert texts.LINE_WORDS[name].zh in chinese
    assert "&lt;b&gt;Warranty?" in english
    assert "ann" in english
    assert f"/admin/chat/conversation/{talk.pk}/change/" in english
    assert " style=" not in english[english.index('<div class="console">') :]


def test_an_empty_house_says_so_and_the_overview_leads_there(admin_client: Client) -> None:
    page = admin_client.get("/admin/first-line/").content.decode()
    for name in ("no_certificates", "no_false_hits", "no_intents"):
        assert texts.LINE_WORDS[name].en in page
    assert texts.NOT_MEASURED.en in page
    assert "/admin/first-line/" in admin_client.get("/admin/").content.decode()


def test_who_may_not_read_conversations_does_not_see_what_was_asked(client: Client) -> None:
    client.force_login(User.objects.create_user("cleo", is_staff=True))
    assert client.get("/admin/first-line/").status_code == 403
