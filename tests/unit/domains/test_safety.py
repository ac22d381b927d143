"""Emergencies, and numbers that no answer shows."""

from __future__ import annotations

import pytest

from domains import safety


@pytest.mark.parametrize(
    "text",
    [
        "I have crushing chest pain and I am sweating",
        "My dad's face is drooping and his speech is slurred",
        "she can't breathe",
        "I want to kill myself",
        "my baby swallowed bleach",
        "the bleeding won't stop",
        "My 2 month old has a fever",
        "worst headache of my life",
        "My throat is closing after eating peanuts",
        "what are the signs of stroke, my husband can't move his left arm",
        "我胸口疼得厉害，出冷汗",
        "孩子吞了一颗电池",
        "老人突然口齿不清，半边身子麻",
        "喘不上气",
        "我不想活了",
        "伤口大量出血",
        "孕妇突然出血怎么办",
        "他晕倒了叫不醒",
        "煤气中毒了",
    ],
)
def test_an_emergency_is_noticed(text: str) -> None:
    assert safety.emergency(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I book a doctor's appointment?",
        "I have no chest pain, only a cough",
        "What are the symptoms of a stroke?",
        "How to prevent heart attack risk factors",
        "怎么预约挂号？",
        "没有胸痛，只是咳嗽",
        "什么是脑卒中",
        "感冒要注意什么",
        "体检前可以喝水吗",
        "",
    ],
)
def test_ordinary_questions_and_denied_signs_are_none(text: str) -> None:
    assert not safety.emergency(text)


@pytest.mark.parametrize(("language", "number"), [("en", "911"), ("zh", "120")])
def test_the_banner_names_a_number_to_call(language: str, number: str) -> None:
    assert number in safety.emergency_banner(language)  # type: ignore[arg-type]


def test_account_numbers_are_hidden_and_hotlines_are_not() -> None:
    shown = safety.hide_personal("Card 4111 1111 1111 1111, call +86 138 1234 5678 or help@example.com")
    assert shown == "Card [bank_card], call +86 138 1234 5678 or help@example.com"
