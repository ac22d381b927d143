"""An entry answers only what it speaks of."""

from __future__ import annotations

import pytest

from assistant.faq.courtesy import bare
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
