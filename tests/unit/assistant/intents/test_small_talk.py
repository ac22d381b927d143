"""Thanks are not answered with a greeting."""

from __future__ import annotations

import pytest

from assistant.intents.small_talk import kind_of, reply_to


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hello!", "greeting"), ("早上好", "greeting"), ("thanks a million", "thanks"), ("多谢啦", "thanks"),
        ("thanks, bye", "farewell"), ("再见", "farewell"), ("Who are you?", "identity"), ("你叫什么名字", "identity"),
        ("What can you do?", "ability"), ("你会做什么", "ability"), ("How are you today?", "wellbeing"),
        ("最近怎么样", "wellbeing"), ("well done", "praise"), ("你真厉害", "praise"), ("tell me a joke", "joke"),
        ("讲个笑话", "joke"), ("sorry about that", "apology"), ("对不起", "apology"), ("ok", "acknowledgement"),
        ("知道了", "acknowledgement"), ("……", "ability"),
    ],
)  # fmt: skip
def test_the_kind_of_small_talk_is_told(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("replies", "reply"),
    [
        ({"en": "Hi."}, "Hi."),
        ({"en": ["Hi."]}, "Hi."),
        ({"en": {"greeting": ["Hi."], "ability": ["Ask me."]}}, "Hi."),
        ({"en": {"ability": ["Ask me."]}}, "Ask me."),
        ({"en": {"joke": ["Ha."]}}, "Ha."),
        ({"en": []}, None),
        ({"en": {}}, None),
        ({"zh": "你好"}, None),
        ({}, None),
    ],
)
def test_a_reply_is_picked_from_whatever_shape_the_editor_chose(replies: dict[str, object], reply: str | None) -> None:
    assert reply_to("Hello", replies, "en") == reply


def test_the_same_message_always_gets_the_same_reply_and_others_take_turns() -> None:
    replies = {"en": {"greeting": ["a", "b", "c"]}}
    texts = [f"hello {name}" for name in ["tom", "ann", "lee", "kim", "zoe", "max"]]
    first = [reply_to(text, replies, "en") for text in texts]
    assert first == [reply_to(text, replies, "en") for text in texts]
    assert len(set(first)) > 1
