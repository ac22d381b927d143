"""Which texts are questions."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.chat.asked import MAX_CHARACTERS, Asked, readable
from assistant.errors import AssistantError

BAD = {
    "": "empty_question",
    "   \n\t": "empty_question",
    "?!…": "empty_question",
    "a" * (MAX_CHARACTERS + 1): "question_too_long",
    "null\x00byte": "not_text",
    "\x7fELF\x02\x01": "not_text",
    "lone \ud800 surrogate": "not_text",
    "what is \ufffd\ufffd": "wrong_encoding",
    "é”æ–¤æ‹·锟斤拷": "wrong_encoding",
    "Где мой заказ?": "unsupported_language",
}


@pytest.mark.parametrize(("text", "code"), BAD.items())
def test_what_is_no_question_is_refused_with_its_code_in_both_languages(text: str, code: str) -> None:
    with pytest.raises(AssistantError) as refused:
        readable(text)
    assert refused.value.code == code
    assert refused.value.text.en != refused.value.text.zh


@pytest.mark.parametrize(
    "text",
    [
        "How do I return an item?",
        "如何退货？",
        "order 4711",
        "a",
        "退",
        "naïve café résumé?",
        "C++ 怎么写？",
        "🙂 is this ok",
        "line\nbreak",
        "x" * MAX_CHARACTERS,
    ],
)
def test_a_question_passes_unchanged(text: str) -> None:
    assert readable(f"  {text} ") == text


def test_composed_and_decomposed_letters_are_the_same_question() -> None:
    assert readable("cafe\u0301 hours") == "caf\u00e9 hours"


@given(st.text(max_size=200))
def test_any_text_is_a_question_or_an_error_with_a_code(text: str) -> None:
    with suppress(AssistantError):
        assert readable(readable(text)) == readable(text)


def test_every_question_has_an_identity_of_its_own() -> None:
    one, other = (Asked("q", "demo", frozenset()) for _ in range(2))
    assert one.id != other.id
    assert one.conversation != other.conversation
