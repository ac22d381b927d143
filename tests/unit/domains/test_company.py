"""Which questions only the company's documents can answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domains import company
from domains.types import Question


@pytest.mark.parametrize(
    "text",
    ["What is your refund policy?", "Do you ship to Canada?", "Where is my last order?",
        "What are the opening hours?", "When does my subscription end",
        "What uptime do you promise?", "Will you ship it abroad",
     "你们支持货到付款吗", "贵公司的地址", "我的订单到哪了", "运费多少", "客服电话是多少",
     "门店周末几点关门？", "周日几点开门"],
)  # fmt: skip
def test_questions_about_the_company_are_told(ask: Callable[..., Question], text: str) -> None:
    assert company.asks_about(ask(text))


@pytest.mark.parametrize(
    "text",
    [
        "Who wrote Hamlet?",
        "What is your name?",
        "Give me your opinion on tea",
        "How do I sort a list?",
        "Could you provide an example of recursion?",
        "谁写了红楼梦？",
        "写一首诗",
        "什么是复利",
        "",
    ],
)
def test_general_questions_are_not(ask: Callable[..., Question], text: str) -> None:
    assert not company.asks_about(ask(text))


def test_the_intents_word_is_taken(ask: Callable[..., Question]) -> None:
    assert company.asks_about(ask("Refund", about_company=True))
