"""What is the asker's own, or of the moment, is never kept."""

from __future__ import annotations

import pytest

from assistant.faq.lasting import lasts


@pytest.mark.parametrize(
    "text",
    [
        "Where is my parcel?",
        "What is the balance of my account?",
        "I have a fever and a rash, what is it?",
        "I paid twice, will you refund it?",
        "What is the status of order 20398112?",
        "Write to anna.berg@example.com please",
        "What is the exchange rate of the dollar?",
        "What is the price today?",
        "Who is the current CEO?",
        "What changed last week?",
        "我的订单到哪了？",
        "我今年35岁，能买这个保险吗？",
        "我儿子发烧了怎么办？",
        "订单号 89123 发货了吗",
        "今天的汇率是多少",
        "最新的利率是多少？",
        "现在几点了",
    ],
)
def test_a_personal_or_momentary_question_does_not_last(text: str) -> None:
    assert not lasts(text)


@pytest.mark.parametrize(
    "text",
    [
        "How long does the warranty of the Aurora lamp last?",
        "What are the side effects of ibuprofen?",
        "How do I export a report as PDF?",
        "Which documents are needed to open an account?",
        "极光台灯的保修期是多久？",
        "布洛芬有哪些副作用？",
        "怎么导出报表？",
        "开户需要哪些材料？",
    ],
)
def test_a_question_that_anybody_may_ask_at_any_time_lasts(text: str) -> None:
    assert lasts(text)
