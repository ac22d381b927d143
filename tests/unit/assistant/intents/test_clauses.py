"""Messages with several wishes are cut, those with one are left whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intents.clauses import MOST, clauses, left_out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is my order? I want a refund.", ("Where is my order", "I want a refund")),
        ("I want a refund and where is my other parcel", ("I want a refund", "where is my other parcel")),
        ("please cancel my card, also tell me my balance", ("please cancel my card", "tell me my balance")),
        ("我要退款，另外查一下物流", ("我要退款", "查一下物流")),
        ("订单到哪了？怎么开发票？", ("订单到哪了", "怎么开发票")),
        ("Where is my order?", ()),
        ("salt and pepper mills", ()),
        ("你好，我要退款", ()),
        ("Hello, where is it", ()),
        ("My order, when does it come", ()),
        ("version 2.5 is slow", ()),
        ("", ()),
    ],
)
def test_what_is_cut(text: str, expected: tuple[str, ...]) -> None:
    assert clauses(text) == expected


@given(st.text(max_size=200))
def test_any_text_gives_none_or_a_few_pieces_of_itself(text: str) -> None:
    found = clauses(text)
    assert len(found) != 1
    assert len(found) <= MOST
    assert all(piece in text for piece in found)


WISHES = [
    "I want a refund",
    "where is my other parcel",
    "please cancel my card",
    "我要退款",
    "查一下物流",
    "怎么开发票",
]


@given(
    st.lists(st.sampled_from(WISHES), min_size=2, max_size=MOST), st.sampled_from(["? ", "! ", "。", "；", "\n", ". "])
)
def test_sentences_put_together_come_apart_again(wishes: list[str], mark: str) -> None:
    assert clauses(mark.join(wishes)) == tuple(wishes)


@given(st.sampled_from(WISHES), st.sampled_from(["?", "。", "!!", " ", "\n", "？！"]), st.integers(1, 4))
def test_marks_around_one_wish_make_no_second(wish: str, mark: str, times: int) -> None:
    assert clauses(mark * times + wish + mark * times) == ()


@given(st.lists(st.sampled_from(WISHES), min_size=MOST + 1, max_size=9))
def test_of_a_long_list_the_first_are_taken(wishes: list[str]) -> None:
    assert clauses("? ".join(wishes)) == tuple(wishes[:MOST])


@pytest.mark.parametrize("link", [" and also ", ", and ", " also ", " plus ", " and then "])
def test_each_link_cuts_where_a_new_wish_opens(link: str) -> None:
    assert clauses(f"I want a refund{link}where is my other parcel") == ("I want a refund", "where is my other parcel")
    assert clauses(f"I want salt{link}pepper mills") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is my order? I want a refund.", ()),
        ("Where is my order? I want a refund. Price?", ("Price",)),
        ("one two three. four five six. seven eight nine. ten eleven twelve. more of it", ("more of it",)),
        ("订单到哪了？怎么开发票？多少", ("多少",)),
        ("Where is my order?", ("Where is my order",)),
    ],
)
def test_what_is_not_among_the_clauses_is_known(text: str, expected: tuple[str, ...]) -> None:
    assert left_out(text) == expected
