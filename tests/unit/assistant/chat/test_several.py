"""Two wishes in one message: the first is answered, the other is named."""

from __future__ import annotations

import pytest

from assistant.chat.events import Delta
from assistant.chat.several import Heard, hear, wishes
from assistant.faq.table import Table
from assistant.intents.types import IntentGuess, Route
from tests.chatkit import RETURNS, Curated, asked, entry, events, finished, model, room

RETURN = IntentGuess("returns", 0.9, Route.FAQ, "general", 0.0)


async def test_a_second_wish_is_named_after_the_answer_to_the_first() -> None:
    question = "How do I sort a list in Python? Also where is my parcel now?"
    said = await events(asked(question), room(model("Call sorted().")))
    answer = finished(said)
    assert answer.intent.name == "code"
    assert [(one.name, one.text) for one in answer.intent.also] == [("orders", "where is my parcel now")]
    assert answer.answer == (
        "Call sorted().\n\nYou also asked: “where is my parcel now” Please send that as a question of its own."
    )
    assert "".join(event.text for event in said if isinstance(event, Delta)) == answer.answer


async def test_how_long_the_answer_shall_be_is_no_wish_of_its_own() -> None:
    assert wishes("How do I return an item? Please answer in at most two sentences.") == []
    said = await events(asked("return an item, how do I? Answer in two sentences."), room())
    assert "You also asked" not in finished(said).answer


async def test_a_refusal_promises_nothing_more() -> None:
    answer = finished(await events(asked("What is the dose of zopiclone? Also where is my parcel now?"), room()))
    assert answer.refused is not None
    assert "also" not in answer.answer


async def test_the_clause_with_another_intent_is_quoted() -> None:
    found = (await hear(asked("I want to return it. Where is my parcel now?"), "en", RETURN, room())).also
    assert found == (("orders", "Where is my parcel now"),)


@pytest.mark.parametrize(
    "text",
    [
        "How do I return an item?",
        "I want to return it. Thanks for that!",
        "你好。怎么退货？",
    ],
)
async def test_one_wish_is_one_intent(text: str) -> None:
    assert await hear(asked(text), "en", RETURN, room()) == Heard()


async def test_one_wish_needs_no_second_encoding() -> None:
    assert await hear(asked("How do I return an item?"), "en", RETURN, room(encoder=None)) == Heard()


@pytest.mark.parametrize(
    "text", ["How do I return an item? Thank you very much!", "Good morning, excuse me! How do I return an item?",
             "怎么退货？谢谢您，辛苦了！", "你好，在吗。怎么退货？"],
)  # fmt: skip
async def test_politeness_beside_one_wish_needs_no_second_encoding_either(text: str) -> None:
    assert await hear(asked(text), "en", RETURN, room(encoder=None)) == Heard()


async def test_whoever_wants_a_human_gets_one_whatever_else_is_asked() -> None:
    answer = finished(await events(asked("Where is my parcel? And get me a human person"), room()))
    assert answer.handoff.reason == "asked_for_human"
    assert answer.intent.also == ()


async def test_the_answer_to_one_question_is_left_word_for_word() -> None:
    answer = finished(await events(asked("how do I return an item"), room()))
    assert answer.answer == RETURNS.answer


INVOICE = entry(3, "Where can I find my invoice?", "Under Orders, Documents.")
BOTH = "How do I return an item? And where can I find my invoice?"


def two_entries() -> Curated:
    return Curated({"demo": Table(1, [RETURNS, INVOICE])}, least=0.99)


async def test_curated_entries_answer_both_wishes_each_under_its_question() -> None:
    answer = finished(await events(asked(BOTH), room(faq=two_entries())))
    assert answer.answer == (
        "**How do I return an item?**\n\nWithin 30 days, with the form in the parcel.\n\n"
        "**Where can I find my invoice?**\n\nUnder Orders, Documents."
    )
    assert (answer.layer, answer.grounded, answer.suggestions) == ("faq", True, ())
    assert [(one.n, one.chunk) for one in answer.sources] == [(1, "faq:key-1"), (2, "faq:key-3")]


@pytest.mark.parametrize(
    "text",
    [
        "How do I return an item? And where is the moon tonight?",  # one wish is not curated
        f"{BOTH} And why is the sky so blue?",
        f"{BOTH} Price?",  # too short to be looked up
        "How do I return an item? And how do I return an item?",  # one entry
    ],
)
async def test_half_of_a_message_is_never_answered_as_if_it_were_all(text: str) -> None:
    answer = finished(await events(asked(text), room(model("I cannot say."), faq=two_entries())))
    assert INVOICE.answer not in answer.answer
    assert len([one for one in answer.sources if one.chunk.startswith("faq:")]) <= 1


async def test_thanks_and_a_greeting_are_no_third_wish() -> None:
    answer = finished(await events(asked(f"Hello! {BOTH} Thank you very much!"), room(faq=two_entries())))
    assert len(answer.sources) == 2


def test_a_message_is_cut_into_wishes_without_the_courtesy() -> None:
    assert wishes(f"{BOTH} Thanks a lot!") == ["How do I return an item", "where can I find my invoice"]
    assert wishes("How do I return an item? Thank you very much!") == []
