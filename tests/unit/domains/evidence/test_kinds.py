"""What a question asks for."""

from __future__ import annotations

import pytest

from domains.evidence.kinds import Kind, asked_for, holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When does it open?", "date"),
        ("How many days?", "duration"),
        ("How much is it?", "money"),
        ("Who is the editor?", "person"),
        ("Where is the store?", "place"),
        ("Why was it refused?", "reason"),
        ("How do I return it?", "way"),
        ("Is it free?", "yes_no"),
        ("Tell me about tea", "other"),
        ("什么时候开门", "date"),
        ("多少钱", "money"),
        ("谁负责审批", "person"),
        ("门店在哪里", "place"),
        ("为什么被拒", "reason"),
        ("怎么退货", "way"),
        ("可以退吗", "yes_no"),
        ("What does the D3 smart lock cost?", "money"),
        ("蓝海公司的CEO工资是多少？", "money"),
        ("How many fingerprints can it store?", "count"),
        ("最多能存几张楼层地图？", "count"),
        ("价格保护期是几天？", "duration"),
        ("What share of revenue came from it?", "percent"),
        ("云业务收入占比是多少？", "percent"),
        ("Which virus causes it?", "what"),
        ("", "other"),
    ],
)
def test_the_kind_of_answer_is_read_from_the_question(question: str, kind: Kind) -> None:
    assert asked_for(question) == kind


@pytest.mark.parametrize(
    ("kind", "sentence", "held"),
    [
        ("date", "It opens at 9:30 on Monday.", True),
        ("date", "It is blue.", False),
        ("date", "三天内到账", True),
        ("money", "It costs 5 yuan.", True),
        ("money", "It has 5 doors.", False),
        ("money", "售价八百元", True),
        ("percent", "It rose by 9.7%.", True),
        ("percent", "It rose.", False),
        ("duration", "保存90天", True),
        ("duration", "保存于服务器", False),
        ("count", "It has four doors.", True),
        ("person", "由王芳签发", True),
        ("reason", "Because it rained.", True),
        ("reason", "It rained.", False),
        ("other", "Anything.", True),
        ("yes_no", "Anything.", True),
    ],
)
def test_a_sentence_holds_a_kind_or_not(kind: Kind, sentence: str, held: bool) -> None:
    assert holds(kind, sentence) is held


def test_free_answers_what_a_fee_is_but_not_what_a_thing_costs() -> None:
    said = "Delivery is free of charge."
    assert holds("money", said, "What is the delivery fee?")
    assert not holds("money", said, "What does the lock cost?")
