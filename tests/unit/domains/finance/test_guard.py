"""What finance admits, sentence by sentence and as a whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domains.finance import guard
from domains.types import Evidence, Question
from retrieval.types import Hit

Ask = Callable[..., Question]
Found = Callable[..., Evidence]
MakeHit = Callable[..., Hit]

TABLE = "item | 2018 | 2017\nNet sales (in millions) | 1,452.4 | 1,146.2\nMargin | 38.1% | 37.0%"


@pytest.mark.parametrize(
    ("said", "admitted"),
    [
        ("Net sales were $1,452.4 million in 2018.", True),
        ("Net sales were $1,452.4 billion in 2018.", False),
        ("Net sales were 1452.4 million.", True),
        ("Net sales rose by 306.2 million.", False),
        ("The margin was 38.1 percent in 2018 and 37 percent in 2017.", True),
        ("The margin was 38.2%.", False),
        ("Sales rose.", True),
        ("净销售额为1452.4百万元。", False),
        ("2018年的利润率为38.1%。", True),
        ("2018年的利润率为百分之三十八。", False),
        ("1. Sales rose [1].", True),
        ("", True),
    ],
)
def test_every_number_must_be_given(ask: Ask, evidence: Found, hit: MakeHit, said: str, admitted: bool) -> None:
    assert guard.admits(ask("How were sales?"), evidence(hit(TABLE)), said) is admitted


def test_titles_and_headings_count_as_given(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    found = evidence(hit("Revenue rose.", title="Annual report 2025"))
    assert guard.admits(ask("?"), found, "Revenue rose in 2025.")


def test_the_question_before_it_was_completed_counts_as_given(evidence: Found, hit: MakeHit) -> None:
    question = Question(
        text="and over 90 days?", standalone="What is the fee over ninety days?", language="en", intent=""
    )
    assert guard.admits(question, evidence(hit("No fee.")), "Over 90 days there is no fee.")


def test_an_answer_that_was_never_grounded_is_not_judged_by_numbers(ask: Ask, evidence: Found) -> None:
    assert guard.judge(ask("?"), evidence(sufficient=False), "About 5.").refusal is None


@pytest.mark.parametrize(("language", "word"), [("en", "person"), ("zh", "人工")])
def test_the_refusal_is_in_the_askers_language(
    ask: Ask, evidence: Found, hit: MakeHit, language: str, word: str
) -> None:
    refusal = guard.judge(ask("?", language), evidence(hit(TABLE)), "It was 7.").refusal
    assert refusal is not None
    assert refusal.code == "ungrounded"
    assert word in refusal.reason


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_note_says_that_it_is_no_advice(language: str) -> None:
    note = guard.NOTE.of(language)  # type: ignore[arg-type]
    assert ("not investment" in note) or ("不构成投资" in note)
