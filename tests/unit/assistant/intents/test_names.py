"""A name teaches while there is little else."""

from __future__ import annotations

import pytest

from assistant.accounts.models import Tenant
from assistant.intents import services
from assistant.intents.classifier import IntentClassifier
from assistant.intents.models import Example
from assistant.intents.names import ENOUGH, of_few, said
from retrieval.protocols import Encoder


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("card_arrival", "card arrival"),
        ("weather/find", "weather find"),
        ("track-order", "track order"),
        ("退款", "退款"),
    ],
)
def test_a_name_is_read_as_words(name: str, words: str) -> None:
    assert said(name) == words


def test_intents_with_enough_examples_or_a_name_without_words_speak_for_themselves() -> None:
    labels = ["refund"] * ENOUGH + ["track_order"] * (ENOUGH - 1) + ["0", "_", "pay"]
    assert of_few(labels) == ["pay", "track_order"]


def test_one_example_in_other_words_is_enough_where_the_name_says_it(tenant: Tenant, house_encoder: Encoder) -> None:
    services.save_intent(tenant, "change_delivery_address", [("I have moved house", "en")])
    services.save_intent(tenant, "opening_hours", [("Anybody there on Sunday?", "en")])
    row = services.train_tenant(tenant)
    assert row.examples == Example.objects.count()
    classifier = IntentClassifier(house_encoder.name)
    classifier.refresh()
    for text, name in (
        ("Can you change the delivery address?", "change_delivery_address"),
        ("What are your opening hours?", "opening_hours"),
    ):
        assert classifier.classify("acme", text, house_encoder.encode_questions([text])[0]).name == name
