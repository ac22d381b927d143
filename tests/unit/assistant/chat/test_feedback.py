"""A thumb down removes a cached answer at once and for good; a thumb up removes nothing."""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid

import pytest
import redis
from django.test import Client
from django.utils import timezone

from assistant.accounts import keys
from assistant.accounts.models import Tenant
from assistant.chat import feedback, record
from assistant.chat.feedback import Opinion
from assistant.chat.models import Conversation, Feedback, Giver, Rating, Turn
from assistant.errors import NotFound
from assistant.faq import services
from assistant.faq.lookup import FaqIndex, FaqMatch
from assistant.faq.models import CalibrationPair, FaqEntry, GeneratedAnswer
from assistant.faq.stats import FaqStats
from retrieval.protocols import Encoder
from retrieval.types import Vectors
from tests import chatkit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_url")]
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


@pytest.fixture
def entry(tenant: Tenant, house_encoder: Encoder) -> FaqEntry:
    made = FaqEntry(
        tenant=tenant, key="warranty", language="en", question="How long is the warranty?", answer="2 years."
    )
    return services.save(made)


def curated_turn(tenant: Tenant, question: str) -> Turn:
    given = turn(tenant, "faq")
    given.question = given.standalone = question
    given.answer = {"sources": [{"n": 1, "chunk": "faq:warranty"}]}
    given.save()
    return given


def until_found(index: FaqIndex, vector: Vectors, text: str) -> FaqMatch | None:
    deadline = time.monotonic() + 20
    while (match := index.nearest("acme", vector, text, "en")) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    return match


def test_a_wrong_hit_is_never_served_again_and_becomes_calibration_data(
    tenant: Tenant, entry: FaqEntry, house_encoder: Encoder, redis_url: str
) -> None:
    asked = "How long is my warranty?"
    vector = house_encoder.encode_questions([asked])[0]
    processes = [FaqIndex(house_encoder, FaqStats(redis_url)) for _ in range(2)]
    for index in processes:
        index.start()
    # a process that was not given the processor for its lease serves nothing from memory until it has looked again
    before = [until_found(index, vector, asked) for index in processes]
    assert feedback.give("acme", curated_turn(tenant, asked).pk, Opinion(Rating.DOWN)) == 1
    after = [index.nearest("acme", vector, asked, "en") for index in processes]  # at once: it was acknowledged
    for index in processes:
        index.stop()
    restarted = FaqIndex(house_encoder, FaqStats(redis_url))
    restarted.refresh()
    assert None not in before
    assert after == [None, None]
    assert restarted.nearest("acme", vector, "Hello, how long is MY warranty", "en") is None
    assert restarted.exact("acme", "how long is the warranty") is not None
    pair = CalibrationPair.objects.get()
    assert (pair.question_a, pair.question_b, pair.same, pair.entry) == (asked, entry.question, False, entry)


@pytest.fixture
def joint(tenant: Tenant, entry: FaqEntry) -> Turn:
    """Two wishes in one message, answered by two entries."""
    services.save(
        FaqEntry(tenant=tenant, key="invoice", language="en", question="Where is my invoice?", answer="Here.")
    )
    given = curated_turn(tenant, "How long is the warranty? And where do I find the invoice?")
    given.answer = {"sources": [{"n": 1, "chunk": "faq:warranty"}, {"n": 2, "chunk": "faq:invoice"}]}
    given.save()
    return given


def test_a_thumb_down_for_a_joint_answer_bars_each_entry_for_the_message(
    tenant: Tenant, joint: Turn, house_encoder: Encoder, redis_url: str
) -> None:
    assert feedback.give("acme", joint.pk, Opinion(Rating.DOWN)) == 2
    pairs = CalibrationPair.objects.order_by("question_b")
    assert [(one.question_a, one.same, one.entry.key) for one in pairs if one.entry] == [
        (joint.question, False, "warranty"),
        (joint.question, False, "invoice"),
    ]
    index = FaqIndex(house_encoder, FaqStats(redis_url))
    index.refresh()
    clauses = ["How long is the warranty", "where is my invoice"]
    wishes = list(zip(clauses, house_encoder.encode_questions(clauses), strict=True))
    assert index.together("acme", joint.question, wishes, "en") == ()
    assert [one.key for one in index.together("acme", "Another message", wishes, "en")] == ["warranty", "invoice"]
    assert index.exact("acme", "How long is the warranty?") is not None


def test_a_thumb_up_for_a_joint_answer_vouches_for_each_entry_beside_its_clause(joint: Turn) -> None:
    assert feedback.give("acme", joint.pk, Opinion(Rating.UP)) == 0
    pair = CalibrationPair.objects.get()  # the first clause is the entry's own question and teaches nothing
    assert (pair.question_a, pair.question_b, pair.same) == (
        "where do I find the invoice",
        "Where is my invoice?",
        True,
    )


def test_a_thumb_up_for_a_hit_by_meaning_is_a_pair_that_asks_the_same(tenant: Tenant, entry: FaqEntry) -> None:
    assert feedback.give("acme", curated_turn(tenant, "What warranty is there?").pk, Opinion(Rating.UP)) == 0
    assert CalibrationPair.objects.get().same
    assert CalibrationPair.objects.get().entry is None


def test_a_visitor_does_not_take_away_what_an_editor_wrote_for_these_very_words(
    tenant: Tenant, entry: FaqEntry
) -> None:
    given = curated_turn(tenant, "how long is the WARRANTY")
    assert feedback.give("acme", given.pk, Opinion(Rating.DOWN, giver=Giver.VISITOR)) == 0
    assert feedback.give("acme", given.pk, Opinion(Rating.DOWN, "3 years", giver=Giver.AGENT, author="ann")) == 1
    pair = CalibrationPair.objects.get()
    assert (pair.question_a, pair.question_b, pair.entry) == (given.standalone, given.standalone, entry)
    assert Feedback.objects.get().author == "ann"


def test_a_colleagues_word_stands_against_a_visitors(tenant: Tenant) -> None:
    given = turn(tenant)
    feedback.give("acme", given.pk, Opinion(Rating.DOWN, "36 months", giver=Giver.AGENT, author="ann"))
    feedback.give("acme", given.pk, Opinion(Rating.UP, giver=Giver.VISITOR))
    row = Feedback.objects.get()
    assert (row.rating, row.correction, row.author) == ("down", "36 months", "ann")


def test_the_answer_of_this_moment_is_rated_before_the_worker_wrote_it_down(tenant: Tenant, redis_url: str) -> None:
    written = chatkit.turn(str(uuid.uuid4()), tenant="acme")
    with redis.Redis.from_url(redis_url) as client:
        client.xadd("turns", {b"r": record.dump((written,))})
    feedback.give("acme", uuid.UUID(written.id), Opinion(Rating.UP))
    assert str(Feedback.objects.get().turn_id) == written.id


def test_another_tenants_key_rates_nothing_and_withdraws_nothing(tenant: Tenant, entry: FaqEntry) -> None:
    answer, given = kept(tenant), turn(tenant)
    curated = curated_turn(tenant, "What warranty is there?")
    other = Tenant.objects.create(slug="other", name="Other")
    stranger = Client(headers={"Authorization": f"Bearer {keys.issue(other, 'test', ['ask'])}"})
    for rated in (given, curated):
        body = json.dumps({"answer_id": str(rated.pk), "rating": "down", "correction": "wrong"})
        reply = stranger.post("/api/v1/feedback", body, content_type="application/json")
        assert (reply.status_code, reply.json()["code"]) == (404, "unknown_answer")
    assert GeneratedAnswer.objects.standing().get() == answer
    assert [rows.objects.count() for rows in (Feedback, CalibrationPair)] == [0, 0]


def test_a_thumb_down_leaves_the_same_words_of_another_tenant_alone(tenant: Tenant) -> None:
    kept(tenant)
    theirs = kept(Tenant.objects.create(slug="other", name="Other"), key="theirs")
    assert feedback.give("acme", turn(tenant).pk, Opinion(Rating.DOWN)) == 1
    assert GeneratedAnswer.objects.standing().get() == theirs


def test_without_a_key_or_its_scope_nobody_rates(tenant: Tenant) -> None:
    body = json.dumps({"answer_id": str(turn(tenant).pk), "rating": "down"})
    reader = {"Authorization": f"Bearer {keys.issue(tenant, 'test', ['documents:read'])}"}
    answers = [Client(headers=h).post("/api/v1/feedback", body, content_type="application/json") for h in ({}, reader)]
    assert [answer.status_code for answer in answers] == [401, 403]
    assert not Feedback.objects.exists()


def test_the_same_wrong_hit_said_twice_is_one_and_withdraws_once(tenant: Tenant, entry: FaqEntry) -> None:
    asked = ("What warranty is there?", "hello, WHAT warranty is there")
    said = [feedback.give("acme", curated_turn(tenant, text).pk, Opinion(Rating.DOWN)) for text in asked]
    assert (said, CalibrationPair.objects.filter(entry=entry).count()) == ([1, 0], 1)


def test_a_thumb_for_an_entry_that_was_deleted_meanwhile_is_written_down(tenant: Tenant, entry: FaqEntry) -> None:
    given = curated_turn(tenant, "What warranty is there?")
    services.delete(entry)
    assert feedback.give("acme", given.pk, Opinion(Rating.DOWN)) == 0
    assert Feedback.objects.get().turn == given
