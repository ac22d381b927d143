from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from retrieval.normalise import fold, simplify, warm_up

MIXED = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("退款電腦软件ＡＢｃ１２。，！？「」 \t.,-#+%'’‘`~·$€℃½İßﬁ㎏…—(){}[]<>=臺灣着著乾隆"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I reset my password?", "how do i RESET my password"),
        ("Ｈｏｗ ｄｏ Ｉ", "how do i"),
        ("如何重置密码？", "如何重置密码"),
        ("如何重置密码?", "如何重置密码！！！"),
        ("如何重設密碼", "如何重设密码"),
        ("臺灣的軟體", "台湾的软体"),
        ("裡面", "里面"),
        ("第 3 条", "第3条"),
        ("iPhone 手机", "iphone手机"),
        ("  what   is\tthis \n", "what is this"),
        ("don't", "dont"),
        ("don’t", "don't"),
        ("1,000,000 元", "1000000元"),
        ("５０％", "50%"),
        ("refund-policy", "refund policy"),
        ("你好~", "你好"),
        ("你好😊", "你好"),
        ("zero\u200bwidth", "zerowidth"),
        ("“退货”怎么办", "「退貨」怎麼辦"),
    ],
)
def test_spellings_of_one_question_share_a_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("version 1.5", "version 15"),
        ("balance -5", "balance 5"),
        ("C++", "C"),
        ("C#", "C"),
        ("x > 5", "x < 5"),
        ("$100", "€100"),
        ("5%", "5"),
        ("can I", "can't I"),
        ("可以退款", "不可以退款"),
        ("10 days", "100 days"),
        ("1.000", "1,000"),
        ("退款", "退货"),
    ],
)
def test_what_changes_the_meaning_changes_the_key(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_dates_lose_their_hyphens_but_not_their_numbers() -> None:
    assert fold("2020-01-02") == "2020 01 02"


@pytest.mark.parametrize("text", ["", " ", "？！。", "\u200b", "\x00"])
def test_a_text_of_nothing_but_signs_has_an_empty_key(text: str) -> None:
    assert fold(text) == ""


@settings(max_examples=400)
@given(MIXED)
@example("İ.ﬁ ½-#乾")
@example("a.'b")
@example("1,000,0000")
@example("\u0345\u0399")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(MIXED)
def test_a_key_is_trimmed_and_has_no_double_blanks(text: str) -> None:
    key = fold(text)
    assert key == key.strip()
    assert "  " not in key


@given(MIXED)
def test_width_and_case_never_matter(text: str) -> None:
    assert fold(unicodedata.normalize("NFKC", text)) == fold(text)


@given(st.text(alphabet="如何重設密碼電腦軟體臺灣國語體驗裡乾淨後來發現頭髮", max_size=20))
def test_traditional_and_simplified_spellings_share_a_key(text: str) -> None:
    assert fold(simplify(text)) == fold(text)


def test_simplify_leaves_ascii_and_simplified_text_alone() -> None:
    assert simplify("plain ascii") == "plain ascii"
    assert simplify("简体中文") == "简体中文"
    assert simplify("繁體中文") == "繁体中文"


def test_a_character_is_simplified_whatever_stands_beside_it() -> None:
    alone = simplify("乾")
    assert simplify("乾隆").startswith(alone)
    assert simplify("餅乾").endswith(alone)


def test_warming_up_twice_is_harmless() -> None:
    warm_up()
    warm_up()
    assert fold("開始") == "开始"
