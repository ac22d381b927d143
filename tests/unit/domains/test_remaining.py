"""Nobody is told how much time is left when nobody said since when it runs."""

from __future__ import annotations

import pytest

from domains.remaining import invents

WARRANTY = "The lamp is covered for 24 months from delivery."
ZH_WARRANTY = "灯具自签收之日起保修24个月。"


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        ("How long is my warranty still good?", "You have 24 months left [1].", WARRANTY),
        ("How much warranty is left on my lamp?", "There are 24 months remaining.", WARRANTY),
        ("Is my lamp still under warranty?", "Yes, it still has a remaining cover of 24 months [1].", WARRANTY),
        ("Is my lamp still under warranty?", "Yes, it is still covered for 24 months.", WARRANTY),
        ("How long do I still have?", "Two weeks left.", "Returns are free within two weeks."),
        ("我的灯还有多久过保？", "您的保修期还有24个月[1]。", ZH_WARRANTY),
        ("保修期还剩多长时间？", "还剩六个月。", ZH_WARRANTY),
        ("我的会员还有多久到期？", "剩余12个月。", "会员有效期为12个月。"),
    ],
)
def test_time_that_is_left_of_nothing_is_noticed(question: str, answer: str, text: str) -> None:
    assert invents(question, answer, [text])


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        ("How long is the warranty?", "24 months from delivery [1].", WARRANTY),
        ("I bought it 18 months ago. How long is my warranty?", "You have 6 months left.", WARRANTY),
        ("It came last week, how long is it covered?", "Nearly 24 months remaining.", WARRANTY),
        ("When is a renewal offered?", "When 30 days are left [1].", "Renewal is offered when 30 days are left."),
        ("What is left in the box?", "The lamp and two screws are left.", WARRANTY),
        ("保修期多久？", "24个月[1]。", ZH_WARRANTY),
        ("我去年买的，保修还有多久？", "还有大约12个月。", ZH_WARRANTY),
        ("什么时候提醒续费？", "还有30天时提醒[1]。", "还有30天到期时会提醒续费。"),
        ("还有多少库存？", "还有3个仓库有货。", ZH_WARRANTY),
    ],
)
def test_what_was_said_or_can_be_counted_stands(question: str, answer: str, text: str) -> None:
    assert not invents(question, answer, [text])


def test_long_texts_take_no_time() -> None:
    assert not invents("How long?", "still valid " * 3000 + "还有" * 3000, [WARRANTY])  # ends within the runner's limit
