"""The language of an answer."""

from __future__ import annotations

import pytest

from assistant.chat.memory import EMPTY, Memory, PastTurn
from assistant.chat.understanding import spoken_in, understand
from tests.chatkit import asked


def test_the_wish_wins_then_the_text_then_the_conversation_then_the_reader() -> None:
    chinese = Memory((PastTurn("你好", "你好", "您好"),), "zh")
    assert understand(asked("How are returns handled?", language="zh"), EMPTY).language == "zh"
    assert understand(asked("How are returns handled?", reader="zh"), chinese).language == "en"
    assert understand(asked("4711?"), chinese).language == "zh"
    assert understand(asked("4711?", reader="zh"), EMPTY).language == "zh"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("OK?", None),
        ("4711", None),
        ("退", None),
        ("退货", "zh"),
        ("hello", "en"),
        ("iPhone 怎么退货", "zh"),
        ("What does 退货 mean?", "en"),
    ],
)
def test_a_text_with_too_few_letters_shows_no_language(text: str, language: str | None) -> None:
    assert spoken_in(text) == language


def test_the_question_for_the_domain_carries_both_forms_and_a_bounded_history() -> None:
    memory = Memory((PastTurn("Tell me of the Aurora lamp", "Tell me of the Aurora lamp", "A lamp."),), "en")
    understood = understand(asked("How long does its warranty last?"), memory)
    question = understood.question("products", memory, 50, about_company=True)
    assert question.text == "How long does its warranty last?"
    assert "Aurora" in question.standalone
    assert [message.role for message in question.history] == ["user", "assistant"]
    assert (question.max_tokens, question.about_company, question.intent) == (50, True, "products")
