"""A wish to talk to a human is understood; talking about humans is not one."""

from __future__ import annotations

import pytest

from assistant.intents.rules import wants_human


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a human", "can I speak to an agent", "Connect me with a representative", "human please",
        "transfer me to a real person", "get me an operator", "I need a live agent", "转人工", "我要找人工客服",
        "帮我接人工", "人工服务", "能不能换个真人", "我想和真人说话", "轉人工",
    ],
)  # fmt: skip
def test_the_wish_is_understood(text: str) -> None:
    assert wants_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Are you a human?", "你是不是真人", "I do not want to talk to an agent", "不要转人工", "人工智能是什么",
        "人工费怎么算费用", "What does a travel agent cost?", "How many people work there?", "customer service hours",
        "human resources policy", "人工耳蜗多少钱",
    ],
)  # fmt: skip
def test_talking_about_people_is_no_wish(text: str) -> None:
    assert not wants_human(text)
