"""Two wishes in one message: the first is answered, the other is named."""

from __future__ import annotations

import pytest

from assistant.chat.events import Delta
from assistant.chat.several import others
from assistant.intents.types import IntentGuess, Route
from tests.chatkit import RETURNS, asked, events, finished, model, room

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


async def test_a_refusal_promises_nothing_more() -> None:
    answer = finished(await events(asked("What is the dose of zopiclone? Also where is my parcel now?"), room()))
    assert answer.refused is not None
    assert "also" not in answer.answer


async def test_the_clause_with_another_intent_is_quoted() -> None:
    found = await others("demo", "I want to return it. Where is my parcel now?", RETURN, room())
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
    assert await others("demo", text, RETURN, room()) == ()


async def test_one_wish_needs_no_second_encoding() -> None:
    assert await others("demo", "How do I return an item?", RETURN, room(encoder=None)) == ()


@pytest.mark.parametrize(
    "text", ["How do I return an item? Thank you very much!", "Good morning, excuse me! How do I return an item?",
             "怎么退货？谢谢您，辛苦了！", "你好，在吗。怎么退货？"],
)  # fmt: skip
async def test_politeness_beside_one_wish_needs_no_second_encoding_either(text: str) -> None:
    assert await others("demo", text, RETURN, room(encoder=None)) == ()


async def test_whoever_wants_a_human_gets_one_whatever_else_is_asked() -> None:
    answer = finished(await events(asked("Where is my parcel? And get me a human person"), room()))
    assert answer.handoff.reason == "asked_for_human"
    assert answer.intent.also == ()


async def test_the_answer_to_one_question_is_left_word_for_word() -> None:
    answer = finished(await events(asked("how do I return an item"), room()))
    assert answer.answer == RETURNS.answer
