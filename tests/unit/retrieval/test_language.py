from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.language import detect


@pytest.mark.parametrize(
    "text",
    [
        "How do I get a refund?",
        "Who is 张伟 and what did he do?",
        "How do I contact 深圳市腾讯计算机系统有限公司?",
        "What does 退款 mean in English?",
        "reset password",
        "Is the word 的 a particle?",
    ],
)
def test_english_stays_english_also_with_a_chinese_name_in_it(text: str) -> None:
    assert detect(text) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "如何申请退款？",
        "如何重設密碼？",
        "请问 iPhone 15 Pro Max 怎么 reset",
        "kubernetes pod 重启",
        "Django 的 settings 在哪里配置",
        "VIP会员有什么权益",
        "API key 过期了怎么办",
    ],
)
def test_chinese_stays_chinese_also_with_product_names_in_it(text: str) -> None:
    assert detect(text) == "zh"


@pytest.mark.parametrize("text", ["", "   ", "12345", "?!…", "😀", "3.14 × 2"])
def test_text_without_words_gets_the_default(text: str) -> None:
    assert detect(text) == "en"
    assert detect(text, default="zh") == "zh"


def test_rare_ideographs_outside_the_basic_plane_are_chinese() -> None:
    assert detect("𠮷𡈽") == "zh"


def test_latin_letters_alone_are_english_whatever_the_default() -> None:
    assert detect("hello", default="zh") == "en"


@given(st.text())
def test_every_text_has_one_of_two_languages(text: str) -> None:
    assert detect(text) in {"zh", "en"}


@given(st.text(alphabet="的一是不了人我在有他", min_size=1))
def test_pure_chinese_is_never_taken_for_english(text: str) -> None:
    assert detect(text) == "zh"
