"""Two passages: the same, at odds, or strangers. In both languages, and whichever comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.editing.doubt import doubt, likeness
from retrieval.normalise import fold

RETURNS = "Unused goods can be returned within 30 days of delivery. Keep the receipt. We pay the postage."
RETURNS_ZH = "未使用的商品可在收货后30天内退货。请保留发票。邮费由我们承担。"
TEXT = st.text(alphabet="ab1 .不中。", max_size=60)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (RETURNS, RETURNS, "duplicate"),
        (RETURNS, RETURNS.replace("Keep the receipt.", "Please keep the receipt."), "duplicate"),
        (RETURNS, RETURNS.replace("30", "14"), "numbers"),
        (RETURNS, RETURNS.replace("can be", "cannot be"), "negation"),
        (RETURNS_ZH, RETURNS_ZH, "duplicate"),
        (RETURNS_ZH, RETURNS_ZH.replace("30", "15"), "numbers"),
        (RETURNS_ZH, RETURNS_ZH.replace("可在", "不可在"), "negation"),
        ("The shop is open on Monday morning.", "The shop is open on Tuesday morning.", "dates"),
        ("本店周一上午营业，欢迎光临。", "本店周二上午营业，欢迎光临。", "dates"),
    ],
)
def test_versions_of_one_text_are_told_apart(a: str, b: str, reason: str) -> None:
    for one, two in ((a, b), (b, a)):
        found = doubt(one, two)
        assert found is not None
        assert found.reason == reason


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (RETURNS, "Our shop in Hamburg sells 30 kinds of tea."),
        (RETURNS, RETURNS_ZH),
        ("Open from 9 to 5.", "We do not ship batteries by air."),
        ("", ""),
        ("", RETURNS),
    ],
)
def test_strangers_and_translations_raise_no_doubt(a: str, b: str) -> None:
    assert doubt(a, b) is None


def test_the_sentences_at_odds_are_named() -> None:
    found = doubt(RETURNS, RETURNS.replace("30", "14"))
    assert found is not None
    assert "30 days" in found.first
    assert "14 days" in found.second


def test_one_more_number_in_another_sentence_is_no_contradiction() -> None:
    found = doubt(RETURNS, RETURNS + " Call 5550199 for help.")
    assert found is None or found.reason == "duplicate"


@given(TEXT, TEXT)
def test_likeness_is_symmetric_and_between_nought_and_one(a: str, b: str) -> None:
    assert likeness(fold(a), fold(b)) == likeness(fold(b), fold(a))
    assert 0.0 <= likeness(fold(a), fold(b)) <= 1.0


@given(TEXT, TEXT)
def test_whether_there_is_a_doubt_does_not_hang_on_the_order(a: str, b: str) -> None:
    assert (doubt(a, b) is None) == (doubt(b, a) is None)
