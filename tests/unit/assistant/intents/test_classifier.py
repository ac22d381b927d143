"""Questions find their intent, strangers are told, and a new version is followed."""

from __future__ import annotations

import time

import pytest

from assistant.accounts.models import Tenant
from assistant.intents import services
from assistant.intents.classifier import IntentClassifier
from assistant.intents.models import Intent, TrainedClassifier
from assistant.intents.types import IntentGuess, Route
from retrieval.protocols import Encoder


@pytest.fixture
def classifier(tenant: Tenant, house_encoder: Encoder) -> IntentClassifier:
    services.train_tenant(tenant)
    classifier = IntentClassifier(house_encoder.name)
    classifier.refresh()
    return classifier


def guess(classifier: IntentClassifier, encoder: Encoder, text: str, tenant: str = "acme") -> IntentGuess:
    return classifier.classify(tenant, text, encoder.encode_questions([text])[0])


def test_questions_in_both_languages_find_their_intent(classifier: IntentClassifier, house_encoder: Encoder) -> None:
    expected = {
        "where's my package?": "order_status", "我的快递到哪儿了": "order_status",
        "please refund my money": "refund", "这双鞋怎么退": "refund",
        "hello there": "small_talk", "谢谢": "small_talk",
    }  # fmt: skip
    found = {text: guess(classifier, house_encoder, text).name for text in expected}
    assert found == expected


def test_confidence_is_a_probability_and_the_rest_comes_from_the_intent(
    classifier: IntentClassifier, house_encoder: Encoder
) -> None:
    found = guess(classifier, house_encoder, "Where is my order?")
    assert (found.name, found.route, found.domain) == ("order_status", Route.FAQ, "general")
    assert 0.5 < found.confidence <= 1.0
    assert 0.0 <= found.out_of_scope <= 1.0


@pytest.mark.parametrize(
    "text", ["我要转人工", "let me talk to a real person", "人工客服", "I want a human please", "agent"]
)
def test_a_wish_for_a_human_is_always_understood(
    classifier: IntentClassifier, house_encoder: Encoder, text: str
) -> None:
    assert guess(classifier, house_encoder, text).route is Route.HUMAN
    assert guess(classifier, house_encoder, text, "a tenant without examples").route is Route.HUMAN


@pytest.mark.parametrize(
    ("text", "language", "reply"),
    [
        ("Hello", "en", "Hello!"),
        ("谢谢你", "zh", "不客气。"),
        ("Thanks a lot", "zh", "不客气。"),
        ("Thanks", "fr", None),
    ],
)
def test_small_talk_is_answered_in_kind(
    classifier: IntentClassifier, house_encoder: Encoder, text: str, language: str, reply: str | None
) -> None:
    assert guess(classifier, house_encoder, text).reply(language) == reply


def test_a_stranger_is_more_out_of_scope_than_a_customer(classifier: IntentClassifier, house_encoder: Encoder) -> None:
    strange = guess(classifier, house_encoder, "What is the temperature on Venus?")
    known = guess(classifier, house_encoder, "Has my order been sent?")
    assert strange.out_of_scope > known.out_of_scope
    assert strange.route is Route.OUT_OF_SCOPE
    assert known.route is Route.FAQ


def test_a_tenant_without_a_classifier_goes_to_the_general_domain(house_encoder: Encoder, redis_url: str) -> None:
    found = guess(IntentClassifier(house_encoder.name), house_encoder, "Where is my order?")
    assert (found.confidence, found.route, found.domain) == (0.0, Route.DOMAIN, "general")


def test_another_encoders_classifier_is_not_loaded(classifier: IntentClassifier) -> None:
    other = IntentClassifier("another-encoder")
    other.refresh()
    assert (classifier.version("acme") > 0, other.version("acme")) == (True, 0)


def test_an_edited_route_is_followed_without_training(classifier: IntentClassifier, house_encoder: Encoder) -> None:
    before = TrainedClassifier.objects.count()
    intent = Intent.objects.get(name="refund")
    intent.route, intent.domain = "domain", "finance"
    intent.save()
    classifier.refresh()
    found = guess(classifier, house_encoder, "I want my money back")
    assert (found.route, found.domain) == (Route.DOMAIN, "finance")
    assert TrainedClassifier.objects.count() == before


def test_a_new_version_reaches_a_running_process_within_a_second(
    classifier: IntentClassifier, tenant: Tenant, house_encoder: Encoder
) -> None:
    classifier.start()
    old = classifier.version("acme")
    services.save_intent(tenant, "warranty", [("Is it under warranty?", "en"), ("保修多久", "zh")], route="faq")
    assert services.train_stale(house_encoder) == 1
    began = time.monotonic()
    while classifier.version("acme") == old and time.monotonic() - began < 5:
        time.sleep(0.01)
    took = time.monotonic() - began
    classifier.stop()
    assert guess(classifier, house_encoder, "保修多久").name == "warranty"
    assert took < 1.0


def test_a_damaged_row_of_one_tenant_leaves_the_classifier_that_is_loaded_in_use(
    classifier: IntentClassifier, house_encoder: Encoder
) -> None:
    before = classifier.version("acme")
    row = TrainedClassifier.objects.filter(tenant__slug="acme").latest("version")
    TrainedClassifier.objects.update(live=False)
    row.pk, row.version, row.weights, row.live = None, row.version + 1, bytes(row.weights)[:100], True
    row.save(force_insert=True)
    classifier.refresh()
    assert before > 0
    assert classifier.version("acme") == before
