"""Generated answers that are kept, as somebody at the desk sees them and is rid of one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.faq.generated import AnswerCache, Scope
from assistant.faq.models import GeneratedAnswer
from assistant.knowledge import models
from assistant.knowledge.models import Document, Revision
from retrieval import types

pytestmark = pytest.mark.django_db

LIST = "/admin/faq/generatedanswer/"
QUESTION = "How long does the warranty last?"
SCOPE = Scope("acme", frozenset({"public", "staff"}), "general", "en", "moe vllm", "p1")
VIEW, CHANGE, DELETE = (f"{act}_generatedanswer" for act in ("view", "change", "delete"))
Desk = Callable[..., Client]


@pytest.fixture
def desk() -> Desk:
    def sit(*rights: str, language: str = "en") -> Client:
        person = User.objects.create_user("-".join(rights) or "nobody", password="secret of ann", is_staff=True)
        for right in rights:
            person.user_permissions.add(Permission.objects.get(codename=right))
        browser = Client(headers={"Accept-Language": language})
        browser.force_login(person)
        return browser

    return sit


@pytest.fixture
def hit() -> types.Hit:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    document = Document.objects.create(tenant=tenant, title="Lamp", checksum="c", filename="lamp.md", state="live")
    revision = Revision.objects.create(document=document, number=1, sha256="1" * 64, size=3, filename="lamp.md")
    row = models.Chunk.objects.create(
        id="chunk-lamp", document=document, revision=revision, ordinal=0, text="24 months.", language="en", vector=b""
    )
    return types.Hit(types.Chunk(row.pk, str(document.pk), 1, revision.sha256, "acme", "24 months.", "Lamp", "en"), 1.0)


@pytest.fixture
def answer(hit: types.Hit) -> GeneratedAnswer:
    assert AnswerCache().keep(SCOPE, QUESTION, {"text": "24 months <b>at least</b> [1]."}, [hit], 2.0)
    return GeneratedAnswer.objects.get()


def page(browser: Client, answer: GeneratedAnswer) -> str:
    response = browser.get(f"{LIST}{answer.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_kept_answer_shows_what_it_says_what_it_leans_on_and_who_may_get_it(
    desk: Desk, answer: GeneratedAnswer
) -> None:
    shown = page(desk(VIEW), answer)
    said, leant = "24 months &lt;b&gt;at least&lt;/b&gt; [1].", "Lamp · chunk-lamp · unchanged"
    for part in (QUESTION, said, leant, "staff", "moe vllm"):
        assert part in shown
    assert 'alt="True"' in shown  # it is served


def test_evidence_that_is_no_longer_what_it_was_is_named_and_the_answer_is_no_longer_served(
    desk: Desk, answer: GeneratedAnswer, hit: types.Hit
) -> None:
    browser = desk(VIEW)
    document = Document.objects.get()
    newer = Revision.objects.create(document=document, number=2, sha256="2" * 64, size=3, filename="lamp.md")
    models.Chunk.objects.update(revision=newer)
    shown = page(browser, answer)
    assert "Lamp · chunk-lamp · changed" in shown
    assert 'alt="False"' in shown
    models.Chunk.objects.all().delete()
    assert "Lamp · chunk-lamp · gone" in page(browser, answer)


@pytest.mark.parametrize("gone", ["", "withdrawn", "expired"])
def test_the_list_says_which_are_served(desk: Desk, answer: GeneratedAnswer, gone: str) -> None:
    if gone == "withdrawn":
        GeneratedAnswer.objects.update(withdrawn=True)
    if gone == "expired":
        GeneratedAnswer.objects.update(expires_at=timezone.now())
    shown = desk(VIEW).get(LIST).content.decode()
    assert QUESTION in shown
    assert f'alt="{not gone}"' in shown


def test_one_is_dropped_by_hand_and_the_next_question_is_answered_anew(
    desk: Desk, answer: GeneratedAnswer, hit: types.Hit
) -> None:
    done = desk(VIEW, DELETE).post(f"{LIST}{answer.pk}/delete/", {"post": "yes"})
    assert done.status_code == 302
    assert LogEntry.objects.get().object_repr == QUESTION
    assert AnswerCache().find(SCOPE, QUESTION) is None
    assert AnswerCache().keep(SCOPE, QUESTION, {"text": "25 months [1]."}, [hit], 2.0)  # it may be kept again


def test_one_that_is_withdrawn_as_wrong_is_neither_served_nor_kept_again(
    desk: Desk, answer: GeneratedAnswer, hit: types.Hit
) -> None:
    chosen = {"action": "withdraw", "_selected_action": [str(answer.pk)]}
    shown = desk(VIEW, CHANGE).post(LIST, chosen, follow=True).content.decode()
    assert "Answers withdrawn: 1." in shown
    assert [(str(e.user), e.change_message) for e in LogEntry.objects.all()] == [
        (f"{VIEW}-{CHANGE}", "withdrawn as wrong")
    ]
    assert AnswerCache().find(SCOPE, QUESTION) is None
    assert not AnswerCache().keep(SCOPE, QUESTION, {"text": "24 months again [1]."}, [hit], 2.0)


def test_who_may_only_look_neither_withdraws_nor_deletes_and_others_see_nothing(
    desk: Desk, answer: GeneratedAnswer
) -> None:
    looker, stranger = desk(VIEW), desk()
    chosen = {"action": "withdraw", "_selected_action": [str(answer.pk)]}
    assert "Answers withdrawn" not in looker.post(LIST, chosen, follow=True).content.decode()
    assert looker.post(f"{LIST}{answer.pk}/delete/", {"post": "yes"}).status_code == 403
    assert stranger.get(LIST).status_code == 403
    assert stranger.get(f"{LIST}{answer.pk}/change/").status_code == 403
    assert not GeneratedAnswer.objects.get().withdrawn


def test_nobody_writes_or_edits_an_answer_by_hand(desk: Desk, answer: GeneratedAnswer) -> None:
    browser = desk(VIEW, CHANGE, "add_generatedanswer")
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(f"{LIST}{answer.pk}/change/", {"question": "Another?"}).status_code == 403
    assert GeneratedAnswer.objects.get().question == QUESTION


def test_the_page_speaks_chinese(desk: Desk, answer: GeneratedAnswer) -> None:
    shown = page(desk(VIEW, language="zh-CN,zh;q=0.9"), answer)
    for part in ("依据", "未变", "仍会使用"):
        assert part in shown
