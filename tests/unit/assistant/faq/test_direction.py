"""The same words, told apart by who does what to whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.direction import swapped
from retrieval.normalise import fold

ANOTHER = [
    ("How do I exchange dollars to euros?", "How do I exchange euros to dollars?"),
    ("Transfer from savings to checking", "Transfer from checking to savings"),
    ("Flights from Berlin to Paris", "Flights from Paris to Berlin"),
    ("Is gold better than silver?", "Is silver better than gold?"),
    ("Convert pdf into word", "Convert word into pdf"),
    ("Can I pay you?", "Can you pay me?"),
    ("Can I call you back?", "Can you call me back?"),
    ("dog bites small man", "man bites small dog"),
    ("从上海到北京多久", "从北京到上海多久"),
    ("美元换成欧元", "欧元换成美元"),
    ("人咬狗", "狗咬人"),
    ("黄金比白银贵", "白银比黄金贵"),
    ("我给你打电话", "你给我打电话"),
]
SAME = [
    ("How do I reset my password?", "How do I reset my password?"),
    ("reset my password how", "how reset my password"),
    ("怎么重置密码", "密码怎么重置"),
    ("退货运费谁出", "谁出退货运费"),
    ("什么时候发货", "发货什么时候"),
    ("my order status", "status my order"),
    ("order", "order"),
    ("", ""),
]
OTHER_WORDS = [
    ("How do I reset my password?", "How do I change my address?"),
    ("from savings to checking", "from savings to cash"),
    ("怎么重置密码", "怎么修改地址"),
    ("a b", ""),
]


@pytest.mark.parametrize(("one", "other"), ANOTHER)
def test_exchanged_roles_make_another_question(one: str, other: str) -> None:
    assert swapped(fold(one), fold(other))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_moved_block_makes_the_same_question(one: str, other: str) -> None:
    assert not swapped(fold(one), fold(other))


@pytest.mark.parametrize(("one", "other"), OTHER_WORDS)
def test_other_words_are_not_judged_here(one: str, other: str) -> None:
    assert not swapped(fold(one), fold(other))


@pytest.mark.parametrize(("one", "other"), [*ANOTHER, *SAME, *OTHER_WORDS])
def test_it_does_not_matter_which_text_comes_first(one: str, other: str) -> None:
    assert swapped(fold(one), fold(other)) is swapped(fold(other), fold(one))


@pytest.mark.parametrize(("one", "other"), ANOTHER)
def test_politeness_hides_no_exchange(one: str, other: str) -> None:
    assert swapped(fold(f"{one} please"), fold(f"please {other}"))


WORDS = st.lists(st.sampled_from(["refund", "order", "parcel", "card", "bank"]), max_size=5)


@given(WORDS)
def test_nothing_is_exchanged_with_itself(words: list[str]) -> None:
    text = " ".join(words)
    assert not swapped(text, text)


@given(WORDS, st.integers(0, 5))
def test_no_rotation_is_an_exchange(words: list[str], start: int) -> None:
    turned = words[start:] + words[:start]
    assert not swapped(" ".join(words), " ".join(turned))


@given(WORDS, WORDS)
def test_an_exchange_needs_the_very_same_words(one: list[str], other: list[str]) -> None:
    if sorted(one) != sorted(other):
        assert not swapped(" ".join(one), " ".join(other))
