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
    for name in (
        "hits", "tokens_saved", "certificates", "certificates_basis", "exact_only", "false_hits", "drift", "no_intents",
    ):  # fmt: skip
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


def test_each_day_has_its_own_rate_and_its_own_numbers_on_the_page(admin_client: Client, talk: Conversation) -> None:
    now = timezone.now().replace(hour=12)
    for days, layers in enumerate((("faq", "cache", "model", "retrieval"), ("faq", "faq", "faq", "model"), ("model",))):
        for layer in layers:
            turn(talk, layer, asked_at=now - dt.timedelta(days=days))
    turn(talk, "faq", status="refused", asked_at=now - dt.timedelta(days=2))
    before_yesterday, yesterday, today = firstline.collect(now).days[-3:]
    assert [day.hit_rate for day in (before_yesterday, yesterday, today)] == [0.0, 0.75, 0.5]
    assert (yesterday.counts["faq"], before_yesterday.counts["other"]) == (3, 1)
    page = admin_client.get("/admin/first-line/").content.decode()
    row = page[page.index(f"{yesterday.date:%Y-%m-%d}</th>") :].partition("</tr>")[0]
    assert "75 %" in row
    assert [cell.partition("</td>")[0] for cell in row.split("<td>")[2:7]] == ["3", "0", "0", "1", "0"]


def test_the_page_tells_the_savings_and_what_they_rest_on(admin_client: Client, talk: Conversation) -> None:
    turn(talk, "model", {"usage": {"prompt_tokens": 900, "completion_tokens": 100}}, 2_000)
    for _ in range(7):
        turn(talk, "faq")
    page = admin_client.get("/admin/first-line/").content.decode()
    counts = page[page.index('<dl class="counts">') :].partition("</dl>")[0]
    assert [cell.partition("</dd>")[0] for cell in counts.split("<dd>")[1:]] == ["7", "14 s", "7000", "0"]


def test_unfinished_model_answers_measure_nothing(talk: Conversation) -> None:
    turn(talk, "faq")
    turn(talk, "model", ms=90_000.0, status="failed")
    turn(talk, "model", ms=None, status="finished")
    turn(talk, "model", ms=90_000.0, asked_at=timezone.now() - dt.timedelta(days=20))
    assert firstline.collect().saved is None


def test_only_the_latest_false_hits_are_listed_and_all_are_counted(talk: Conversation) -> None:
    for number in range(firstline.FALSE_HITS + 3):
        said = timezone.now() - dt.timedelta(minutes=number)
        Feedback.objects.create(turn=turn(talk, "faq", standalone=f"q{number}"), rating="down", given_at=said)
    line = firstline.collect()
    assert line.wrong == firstline.FALSE_HITS + 3
    assert [hit.question for hit in line.false_hits] == [f"q{number}" for number in range(firstline.FALSE_HITS)]


def test_a_false_hit_names_the_colleague_or_what_kind_of_asker_said_so(talk: Conversation) -> None:
    for giver, author in (("agent", "ann"), ("visitor", "")):
        Feedback.objects.create(turn=turn(talk, "faq"), rating="down", giver=giver, author=author)
    assert {hit.by for hit in firstline.collect().false_hits} == {"ann", "visitor of the widget"}
