"""An entry answers only what it speaks of."""

from __future__ import annotations

import pytest

from assistant.faq import novelty
from assistant.faq.courtesy import bare, only_courtesy
from assistant.faq.novelty import names_something_new

CLOUD = "蓝海云怎么收费\n蓝海云价格\n基础版免费 团队版每月99元 企业版按用量计费"
RETURNS = (
    "how long do i have to return something\nreturn period\nyou can return unused items within 15 days of delivery"
)


@pytest.mark.parametrize(
    ("asked", "known", "new"),
    [
        ("蓝海云教育版每月多少钱", CLOUD, True),
        ("蓝海云团队版每月多少钱", CLOUD, False),
        ("云的价格是怎样的", CLOUD, False),
        ("how many days to return an unused item", RETURNS, False),
        ("how long do i have to return swimwear bought abroad", RETURNS, True),
        ("", RETURNS, False),
    ],
)
def test_content_that_the_entry_never_mentions_is_noticed(asked: str, known: str, *, new: bool) -> None:
    assert names_something_new(asked, known) is new


@pytest.mark.parametrize(
    ("wrapped", "plain"),
    [
        ("hi could you tell me where my order is thanks", "where my order is"),
        ("你好请问一下运费多少谢谢", "运费多少"),
        ("thanks", "thanks"),
        ("运费多少", "运费多少"),
    ],
)
def test_politeness_is_taken_off_and_nothing_else(wrapped: str, plain: str) -> None:
    assert bare(wrapped) == plain


def test_what_an_entry_says_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    class Counting:
        def findall(self, text: str) -> list[str]:
            read.append(text)
            return text.split()

    monkeypatch.setattr(novelty, "_WORD", Counting())
    known = RETURNS + "\nread once"
    assert not names_something_new("how long to return", known)
    assert names_something_new("return blue swimwear", known)
    assert read.count(known) == 1


def test_the_script_of_one_question_says_nothing_about_the_next() -> None:
    mixed = CLOUD + "\n" + RETURNS
    assert not names_something_new("蓝海云 return", mixed)
    assert names_something_new("蓝海云潜水装备", mixed)
    assert names_something_new("scuba swimwear", mixed)


@pytest.mark.parametrize(
    ("wrapped", "plain"),
    [
        ("运费多少 thanks", "运费多少"),
        ("hi请问运费多少", "运费多少"),
        ("where is my order谢谢", "where is my order"),
        ("12 34", "12 34"),
        ("谢谢", "谢谢"),
        ("", ""),
    ],
)
def test_politeness_of_either_language_is_taken_off_whatever_the_text_is_in(wrapped: str, plain: str) -> None:
    assert bare(wrapped) == plain
    assert only_courtesy(wrapped) is (plain in {"谢谢", ""})
