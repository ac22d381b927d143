"""Politeness is no content: it comes off, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.courtesy import bare, only_courtesy, plain, without_opening
from retrieval.normalise import fold

ENGLISH = [
    ("Hi, where is my order?", "where is my order"),
    ("Hello there, where is my order?", "there where is my order"),
    ("Good morning, where is my order?", "where is my order"),
    ("Good evening! Where is my order?", "where is my order"),
    ("Dear team, where is my order?", "where is my order"),
    ("Excuse me, where is my order?", "where is my order"),
    ("Sorry to bother you, where is my order?", "where is my order"),
    ("Where is my order? Thanks a lot!", "where is my order"),
    ("Where is my order? Thank you very much in advance", "where is my order in advance"),
    ("Where is my order? Many thanks", "where is my order"),
    ("Where is my order, please?", "where is my order"),
    ("Quick question: where is my order?", "where is my order"),
    ("Just a quick question, where is my order?", "where is my order"),
    ("I have a question. Where is my order?", "where is my order"),
    ("I was wondering where my order is", "where my order is"),
    ("Can you tell me where my order is?", "where my order is"),
    ("Could you please tell me where my order is?", "where my order is"),
    ("Would you let me know where my order is?", "where my order is"),
    ("Tell me where my order is", "where my order is"),
    ("I would like to know where my order is", "where my order is"),
    ("Do you know where my order is?", "where my order is"),
    ("Any idea where my order is?", "where my order is"),
]
CHINESE = [
    ("你好，我的订单到哪了", "我的订单到哪了"),
    ("您好！我的订单到哪了？", "我的订单到哪了"),
    ("大家好，订单到哪了", "订单到哪了"),
    ("在吗？订单到哪了", "订单到哪了"),
    ("请问订单到哪了", "订单到哪了"),
    ("请问一下订单到哪了", "订单到哪了"),
    ("打扰一下，订单到哪了", "订单到哪了"),
    ("麻烦问一下订单到哪了", "订单到哪了"),
    ("不好意思，订单到哪了", "订单到哪了"),
    ("想咨询一下订单到哪了", "订单到哪了"),
    ("我想了解一下订单到哪了", "订单到哪了"),
    ("请告诉我订单到哪了", "订单到哪了"),
    ("订单到哪了，谢谢您", "订单到哪了"),
    ("订单到哪了？多谢了", "订单到哪了"),
    ("订单到哪了，急急急", "订单到哪了"),
    ("订单到哪了，在线等", "订单到哪了"),
    ("你好，请问一下订单到哪了，谢谢", "订单到哪了"),
    ("hi请问订单到哪了", "订单到哪了"),
    ("Hello，订单到哪了thanks", "订单到哪了"),
    ("订单到哪了thank you", "订单到哪了"),
]
CONTENT = [
    "where is my order",
    "which plan is cheapest",
    "what is the thankyou card",
    "how do i tell my manager",
    "history of the company",
    "can i return shoes",
    "运费多少",
    "急诊在几楼",
    "订单到哪了",
    "怎么知道是否到账",
]


@pytest.mark.parametrize(("asked", "plain"), [*ENGLISH, *CHINESE])
def test_the_wrapping_comes_off(asked: str, plain: str) -> None:
    assert bare(fold(asked)) == plain


@pytest.mark.parametrize("folded", CONTENT)
def test_content_stays_as_it_is(folded: str) -> None:
    assert bare(folded) == folded


@pytest.mark.parametrize("folded", ["hello", "thanks a lot", "good morning", "你好", "谢谢您", "在吗", "您好 谢谢", ""])
def test_a_text_of_nothing_else_stays_so_that_there_is_something_to_look_up(folded: str) -> None:
    assert bare(folded) == folded


@pytest.mark.parametrize("opening", ["hi ", "hello ", "please ", "could you tell me ", "thanks in advance "])
@pytest.mark.parametrize("question", ["where is my order", "what does shipping cost"])
def test_two_courtesies_come_off_as_one_does(opening: str, question: str) -> None:
    assert bare(opening + question) == bare(f"{opening}{question} thanks") == question


@given(st.text(alphabet="abcdehiklnoprstuwy 你好请问谢一下订单", max_size=60))
def test_a_text_never_grows_nor_vanishes(text: str) -> None:
    folded = fold(text)
    plain = bare(folded)
    assert len(plain) <= len(folded)
    assert bool(plain.strip()) is bool(folded.strip())


def test_whats_is_what_is_written_short() -> None:
    assert plain("Hi, what's your phone number please?") == plain("What is your phone number?")
    assert plain("What's new?") != plain("What was new?")


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("你好，请问怎么退货", "怎么退货"),
        ("hi请问怎么退货？", "怎么退货？"),
        ("您好！我想了解一下A5空气净化器的保修期", "A5空气净化器的保修期"),
        ("客服你好，发票怎么开", "发票怎么开"),
        ("打扰了，麻烦问一下什么时候发货？", "什么时候发货？"),
        ("Hi there, how do I return an item?", "how do I return an item?"),
        ("Good morning! Could you please tell me where my order is?", "where my order is?"),
        ("I'd like to know if you ship to Norway", "if you ship to Norway"),
        ("HELLO - quick question: is it waterproof, please?", "is it waterproof, please?"),
    ],
)
def test_what_stands_in_front_of_a_question_comes_off_as_it_was_typed(typed: str, left: str) -> None:
    assert without_opening(typed) == left


@pytest.mark.parametrize(
    "typed",
    [
        "怎么退货", "问题怎么提交", "客服电话是多少", "咨询电话是多少", "帮我查一下订单", "你好呀", "你好", "在吗",
        "hello everyone", "Hi", "thanks", "History of my orders please", "Heyday lamp: which bulb fits?",
        "Hi-fi speakers: which cable fits?", "How do I say hello to an agent?", "", "？", "12345",
    ],
)  # fmt: skip
def test_what_is_no_greeting_and_a_greeting_alone_stay(typed: str) -> None:
    assert without_opening(typed) == typed


@given(st.text(max_size=60))
def test_what_is_left_is_an_end_of_what_was_typed_and_has_no_more_to_take_off(typed: str) -> None:
    left = without_opening(typed)
    assert typed.endswith(left)
    assert without_opening(left) == left


@pytest.mark.parametrize("text", ["Thank you!", "Many thanks, cheers", "多谢了！", "麻烦您", "Hello", "", "?!"])
def test_a_text_of_nothing_but_politeness_is_known_as_such(text: str) -> None:
    assert only_courtesy(text)


@pytest.mark.parametrize("text", ["Thanks for the refund", "谢谢你们的退款", "Hello world", "how", "急事"])
def test_one_word_of_content_is_content(text: str) -> None:
    assert not only_courtesy(text)
