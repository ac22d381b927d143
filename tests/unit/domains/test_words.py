"""Content words of questions and passages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains import words


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("What is the refund policy?", {"refund", "polic"}),
        ("refunds refunded refunding", {"refund"}),
        ("怎么退货？", {"退货"}),
        ("退货期限是多久", {"退货", "货期", "期限"}),
        ("请问你们的运费", {"运费"}),
        ("iPhone 15 Pro", {"iphon", "15", "pro"}),
        ("ＡＰＩ　Ｋｅｙ", {"api", "key"}),
        ("", set()),
        ("the of and", set()),
    ],
)
def test_only_words_with_content_remain(text: str, content: set[str]) -> None:
    assert words.content(text) == content


def test_traditional_and_simplified_characters_are_the_same_words() -> None:
    assert words.content("退貨期限") == words.content("退货期限")


@pytest.mark.parametrize(
    ("asked", "text", "share"),
    [({"a", "b"}, {"a"}, 0.5), (set(), {"a"}, 0.0), ({"a"}, set(), 0.0), ({"a"}, {"a", "c"}, 1.0)],
)
def test_overlap_is_the_share_of_asked_words(asked: set[str], text: set[str], share: float) -> None:
    assert words.overlap(frozenset(asked), frozenset(text)) == share


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_text_holds_all_words_of_its_lines(one: str, two: str) -> None:
    both = words.content(f"{one}\n{two}")
    assert words.content(one) <= both
    assert words.content(two) <= both
