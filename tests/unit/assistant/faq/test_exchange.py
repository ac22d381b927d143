"""One thing in the place of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.exchange import exchanged, stem


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("do you deliver to berlin", "do you deliver to munich"),
        ("how do i sort a list in rust", "how do i sort a list in go"),
        ("北京能送到吗", "上海能送到吗"),
        ("销售部门的电话", "售后部门的电话"),
        ("甲亢的症状", "甲减的症状"),
    ],
)
def test_another_thing_in_the_same_frame_is_an_exchange(a: str, b: str) -> None:
    assert exchanged(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("how do i change my address", "how can i update the address"),
        ("what does delivery cost", "what is the price of shipping"),
        ("怎么修改地址", "如何更改地址"),
        ("会员多少钱", "会员的价格"),
    ],
)
def test_words_known_to_mean_the_same_are_no_exchange(a: str, b: str) -> None:
    assert not exchanged(a, b)


def test_a_detail_that_only_one_has_is_no_exchange() -> None:
    assert not exchanged("how do i reset the password", "how do i reset the password of the portal")


def test_questions_that_differ_in_several_places_are_left_to_similarity() -> None:
    assert not exchanged("restart the router when the lamp blinks red", "reboot the modem when its light flashes red")


@pytest.mark.parametrize(("word", "cut"), [("refunds", "refund"), ("cleaned", "clean"), ("is", "is"), ("退款", "退款")])
def test_endings_are_cut_from_english_words_alone(word: str, cut: str) -> None:
    assert stem(word) == cut


@given(st.text(max_size=30), st.text(max_size=30))
def test_it_does_not_matter_which_comes_first(a: str, b: str) -> None:
    assert exchanged(a, b) == exchanged(b, a)
    assert not exchanged(a, a)


@pytest.mark.parametrize(
    ("a", "b", "is_exchange"),
    [
        ("what is the origin of the virus", "where does the virus spring from", False),  # another part in the sentence
        ("do you deliver to bonn", "do you deliver to munich", True),
        ("is it soft", "is it crisp", True),  # the frame alone is the same
        ("should travellers wear helmets", "is it safer to ride with a hat", False),  # nothing is
        ("销售电话", "售后电话", True),
    ],
)
def test_an_exchange_needs_a_common_frame_and_the_same_place(a: str, b: str, is_exchange: bool) -> None:
    assert exchanged(a, b) is is_exchange
    assert exchanged(b, a) is is_exchange
