"""Quantities are the same however they are written, and words that hold numerals are not quantities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.numbers import han_value, quantities

_HAN = "零一二三四五六七八九"


def spell(number: int) -> str:
    """Write a number below ten thousand in Chinese."""
    text, zero = "", False
    for step, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, step)
        if digit:
            text += ("零" if zero else "") + _HAN[digit] + name
            zero = False
        elif text and number:
            zero = True
    return text or "零"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("3天", "三天"),
        ("within 3 days", "within three days"),
        ("15天", "十五天"),
        ("两周", "2周"),
        ("100元", "一百元"),
        ("$5", "5 dollars"),
        ("200mg", "200 毫克"),
        ("50%", "50 percent"),
        ("第三次", "第三次"),
    ],
)
def test_a_quantity_is_the_same_in_digits_words_and_both_languages(a: str, b: str) -> None:
    assert quantities(a) == quantities(b) != {}


@pytest.mark.parametrize(
    "text", ["一下", "万一", "一般怎么退", "三方物流", "which one is it", "covid 19", "24/7", "问一个问题"]
)
def test_a_word_with_a_numeral_in_it_is_no_quantity(text: str) -> None:
    assert not quantities(text)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("十", 10), ("十二", 12), ("二十", 20), ("三千五百", 3500), ("一百零五", 105), ("二〇二四", 2024),
        ("五万", 50000), ("两亿", 200_000_000),
    ],
)  # fmt: skip
def test_chinese_numerals_are_read(numeral: str, value: int) -> None:
    assert han_value(numeral) == value


@given(st.integers(min_value=1, max_value=9999))
def test_reading_a_spelled_number_gives_the_number(number: int) -> None:
    assert han_value(spell(number)) == number


@given(st.integers(min_value=2, max_value=9999))
def test_digits_and_characters_count_the_same(number: int) -> None:
    assert quantities(f"要{number}天吗") == quantities(f"要{spell(number)}天吗")
