"""Follow-ups, in both languages, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.chat.followup import standalone
from assistant.chat.memory import EMPTY, Memory, PastTurn
from domains.types import Language


def after(question: str, language: Language = "en") -> Memory:
    return Memory((PastTurn(question, question, "..."),), language)


@pytest.mark.parametrize(
    ("before", "text", "kept", "added"),
    [
        ("How do I return an item?", "And for digital goods?", "return item", "digital goods"),
        (
            "How long is the warranty of the Aurora lamp?",
            "Does it cover water damage?",
            "warranty Aurora lamp",
            "water damage",
        ),
        ("Where is the Paris office?", "What about London?", "Paris office", "London"),
        ("What is the fee for a wire transfer?", "why?", "fee wire transfer", "why"),
    ],
)
def test_an_english_follow_up_carries_the_content_words_of_the_last_question(
    before: str, text: str, kept: str, added: str
) -> None:
    alone = standalone(text, "en", after(before))
    assert kept in alone
    assert added in alone


@pytest.mark.parametrize(
    ("before", "text", "words"),
    [
        ("退货要多少天？", "那海外订单呢？", ["退货", "海外订单"]),
        ("极光台灯的保修期是多久？", "它防水吗？", ["极光台灯", "防水"]),
        ("信用卡年费怎么收？", "为什么？", ["信用卡年费", "为什么"]),
        ("如何申请发票？", "这个要多久？", ["发票", "多久"]),
    ],
)
def test_a_chinese_follow_up_carries_the_last_question(before: str, text: str, words: list[str]) -> None:
    alone = standalone(text, "zh", after(before, "zh"))
    assert all(word in alone for word in words)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I change the delivery address of my order?", "en"),
        ("Is it possible to pay by bank transfer in three instalments?", "en"),
        ("password reset", "en"),
        ("And what is the refund policy for damaged digital goods bought abroad?", "en"),
        ("如何修改订单的收货地址并更换支付方式？", "zh"),
        ("蓝海云的存储套餐每月价格明细", "zh"),
    ],
)
def test_a_question_with_its_own_subject_is_left_alone(text: str, language: Language) -> None:
    assert standalone(text, language, after("How do I return an item?")) == text


def test_a_first_question_is_left_alone() -> None:
    assert standalone("And for digital goods?", "en", EMPTY) == "And for digital goods?"


def test_a_chain_of_follow_ups_keeps_its_subject() -> None:
    first = after("How do I return an item?")
    second = standalone("And for digital goods?", "en", first)
    third = standalone("and abroad?", "en", Memory((PastTurn("And for digital goods?", second, "..."),)))
    assert "return item digital goods" in third
    assert "abroad" in third


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["zh", "en"]))
def test_whatever_is_asked_the_asked_words_are_not_lost(before: str, text: str, language: Language) -> None:
    alone = standalone(text, language, after(before, language))
    tail = text.strip()
    assert alone == text or not tail or alone.strip()
    assert len(alone) <= len(before) + len(text) + 201
