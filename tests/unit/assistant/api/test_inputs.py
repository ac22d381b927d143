"""Bodies, checked."""

from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.api.inputs import AskInput, ChatInput, parse
from assistant.errors import AssistantError, InvalidInput, UnsupportedMedia

JSON = "application/json"


def told(body: bytes, kind: type = AskInput) -> InvalidInput:
    with pytest.raises(InvalidInput) as error:
        parse(kind, body, JSON)
    return error.value


def test_a_question_needs_nothing_else() -> None:
    asked = parse(AskInput, b'{"question": "hello"}', None)
    assert (asked.question, asked.stream, asked.conversation_id) == ("hello", None, None)


def test_everything_it_may_carry() -> None:
    name = uuid.uuid4()
    body = {
        "question": "q",
        "conversation_id": str(name),
        "domain": "code",
        "language": "zh",
        "stream": True,
        "max_tokens": 9,
    }
    asked = parse(AskInput, json.dumps(body).encode(), "application/json; charset=utf-8")
    assert (asked.conversation_id, asked.language, asked.max_tokens) == (name, "zh", 9)


@pytest.mark.parametrize(
    ("body", "field", "zh"),
    [
        ({}, "question", "缺少该字段"),
        ({"question": 1}, "question", "应为字符串"),
        ({"question": "q", "more": 1}, "more", "没有这个字段"),
        ({"question": "q", "max_tokens": 0}, "max_tokens", "应≥ 1"),
        ({"question": "q", "max_tokens": 5000}, "max_tokens", "应≤ 4096"),
        ({"question": "q", "max_tokens": "many"}, "max_tokens", "应为整数"),
        ({"question": "q", "language": "fr"}, "language", "应为 'zh' or 'en'"),
        ({"question": "q", "stream": "perhaps"}, "stream", "应为 true 或 false"),
        ({"question": "q", "conversation_id": "7"}, "conversation_id", "应为 UUID"),
    ],
)
def test_what_is_wrong_is_told_by_field_in_both_languages(body: dict[str, object], field: str, zh: str) -> None:
    error = told(json.dumps(body).encode())
    assert error.code == "invalid_input"
    assert f"“{field}”" in error.text.en
    assert f"“{field}”：{zh}" in error.text.zh


def test_a_body_that_is_no_object_is_told_as_such() -> None:
    assert "body" in told(b"[]").text.en
    assert "JSON 对象" in told(b"[]").text.zh


def test_broken_json_and_a_wrong_encoding_are_told_apart() -> None:
    assert told(b'{"question": ').code == "invalid_json"
    assert told('{"question": "如何退货"}'.encode("gb18030")).code == "wrong_encoding"
    assert told("{'question': 'x'}".encode("utf-16")).code == "wrong_encoding"


def test_another_content_type_is_refused() -> None:
    with pytest.raises(UnsupportedMedia) as error:
        parse(AskInput, b"question=x", "application/x-www-form-urlencoded")
    assert "x-www-form-urlencoded" in error.value.text.zh


def test_a_chat_ignores_what_it_does_not_know_and_joins_text_parts() -> None:
    body = {
        "model": "assistant",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}],
        "logit_bias": {},
        "max_completion_tokens": 5,
        "max_tokens": 9,
    }
    chat = parse(ChatInput, json.dumps(body).encode(), JSON)
    assert chat.messages[0].text() == "a\nb"
    assert chat.longest == 5


@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"temperature": 3},
        {"top_p": 0},
        {"n": 2},
        {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
    ],
)
def test_a_chat_that_cannot_be_served_is_refused(change: dict[str, object]) -> None:
    body = {"model": "assistant", "messages": [{"role": "user", "content": "q"}], **change}
    assert told(json.dumps(body).encode(), ChatInput).code == "invalid_input"


@given(st.binary(max_size=200).filter(lambda body: b'"question"' not in body))
def test_bytes_that_ask_nothing_are_an_error_in_both_languages(body: bytes) -> None:
    with pytest.raises(AssistantError) as error:
        parse(AskInput, body, JSON)
    assert error.value.status == 400
    assert error.value.text.en
    assert error.value.text.zh
