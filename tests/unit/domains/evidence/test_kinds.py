"""What a question asks for."""

from __future__ import annotations

import pytest

from domains.evidence.kinds import Kind, asked_for, holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When does it open?", "date"),
        ("How many days?", "amount"),
        ("How much is it?", "amount"),
        ("Who is the editor?", "person"),
        ("Where is the store?", "place"),
        ("Why was it refused?", "reason"),
        ("How do I return it?", "way"),
        ("Is it free?", "yes_no"),
        ("Tell me about tea", "other"),
        ("什么时候开门", "date"),
        ("多少钱", "amount"),
        ("谁负责审批", "person"),
        ("门店在哪里", "place"),
        ("为什么被拒", "reason"),
        ("怎么退货", "way"),
        ("可以退吗", "yes_no"),
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
        ("amount", "It costs 5 yuan.", True),
        ("amount", "It is cheap.", False),
        ("amount", "全程免费", True),
        ("reason", "Because it rained.", True),
        ("reason", "It rained.", False),
        ("other", "Anything.", True),
        ("yes_no", "Anything.", True),
    ],
)
def test_a_sentence_holds_a_kind_or_not(kind: Kind, sentence: str, held: bool) -> None:
    assert holds(kind, sentence) is held
