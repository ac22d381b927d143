"""A thumb down removes a cached answer at once and for good; a thumb up removes nothing."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from assistant.accounts import keys
from assistant.accounts.models import Tenant
from assistant.chat import feedback
from assistant.chat.feedback import Opinion
from assistant.chat.models import Conversation, Feedback, Rating, Turn
from assistant.errors import NotFound
from assistant.faq.models import GeneratedAnswer

pytestmark = pytest.mark.django_db
QUESTION = "How long does the warranty last?"


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


def turn(tenant: Tenant, layer: str = "cache") -> Turn:
    now = timezone.now()
    conversation = Conversation.objects.create(
        tenant=tenant, channel="api", language="en", title="x", created_at=now, updated_at=now
    )
    return Turn.objects.create(
        conversation=conversation, question=QUESTION, standalone=QUESTION, status="finished", layer=layer,
        language="en", asked_at=now,
    )  # fmt: skip


def kept(tenant: Tenant, question: str = "hello, how long does the warranty last", key: str = "k") -> GeneratedAnswer:
    return GeneratedAnswer.objects.create(
        tenant=tenant, key=key, question=question, language="en", domain="general", model="m", prompts="p", body={},
        expires_at=timezone.now() + dt.timedelta(days=1),
    )  # fmt: skip


@pytest.mark.parametrize("layer", ["cache", "model"])
def test_a_thumb_down_withdraws_the_answer_to_these_words_and_no_other(tenant: Tenant, layer: str) -> None:
    wrong, other = kept(tenant), kept(tenant, "How heavy is the lamp?", "other")
    assert feedback.give("acme", turn(tenant, layer).pk, Opinion(Rating.DOWN, "36 months")) == 1
    assert GeneratedAnswer.objects.standing().get() == other
    wrong.refresh_from_db()
    assert wrong.withdrawn
    assert Feedback.objects.get().correction == "36 months"


def test_a_thumb_up_and_a_thumb_for_a_curated_answer_withdraw_nothing(tenant: Tenant) -> None:
    kept(tenant)
    assert feedback.give("acme", turn(tenant).pk, Opinion(Rating.UP)) == 0
    assert feedback.give("acme", turn(tenant, "faq").pk, Opinion(Rating.DOWN)) == 0
    assert GeneratedAnswer.objects.standing().count() == 1


def test_the_last_word_counts(tenant: Tenant) -> None:
    given = turn(tenant)
    feedback.give("acme", given.pk, Opinion(Rating.UP))
    feedback.give("acme", given.pk, Opinion(Rating.DOWN))
    assert Feedback.objects.get().rating == Rating.DOWN


def test_nobody_judges_the_answers_of_another_tenant(tenant: Tenant) -> None:
    Tenant.objects.create(slug="other", name="Other")
    with pytest.raises(NotFound):
        feedback.give("other", turn(tenant).pk, Opinion(Rating.DOWN))
    assert not Feedback.objects.exists()


def test_feedback_comes_in_over_rest(tenant: Tenant) -> None:
    kept(tenant)
    api = Client(headers={"Authorization": f"Bearer {keys.issue(tenant, 'test', ['ask'])}"})

    def post(**body: object) -> tuple[int, dict[str, object]]:
        answer = api.post("/api/v1/feedback", json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    given = str(turn(tenant).pk)
    assert post(answer_id=given, rating="down", correction="36 months") == (201, {"withdrawn": 1})
    assert post(answer_id=given, rating="sideways")[0] == 400
    status, problem = post(answer_id=str(uuid.uuid4()), rating="up")
    assert (status, problem["code"]) == (404, "unknown_answer")
