"""The features of a question and its hits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.evidence import features
from domains.evidence.rows import passage
from retrieval.types import Hit

UNMEASURED = {
    "similarity",
    "lead",
    "lexical",
    "balanced",
    "agreed",
    "meaning",
    "meaning_lead",
    "meaning_apart",
    "rank_apart",
}
"""What a bare passage, that no search has found, cannot have."""


def named(question: str, *hits: Hit) -> dict[str, float]:
    return dict(zip(features.NAMES, features.extract(question, hits), strict=True))


def test_an_answering_passage_covers_the_question(hit: Callable[..., Hit]) -> None:
    found = named("When do refunds arrive?", hit("Refunds arrive within 5 days.", similarity=0.9))
    assert found["covered_best"] == found["covered_pair"] == found["fitting"] == 1.0
    assert (found["lacking"], found["missing"], found["elsewhere"]) == (0.0, 0.0, 0.0)
    assert found["similarity"] == pytest.approx(1.0)


def test_a_passage_about_something_else_covers_nothing(hit: Callable[..., Hit]) -> None:
    found = named("When do refunds arrive?", hit("Tea is green.", similarity=0.76))
    assert found["covered_best"] == found["covered_pair"] == found["similarity"] == 0.0


def test_missing_numbers_and_names_are_noticed(hit: Callable[..., Hit]) -> None:
    found = named("What was the revenue of Acme in 2019?", hit("Revenue in 2018 was 5."))
    assert (found["codes_found"], found["names_found"]) == (0.0, 0.0)


def test_the_right_topic_without_the_fact_is_told_from_the_fact(hit: Callable[..., Hit]) -> None:
    question = "What does the D3 smart lock cost?"
    topic = named(question, hit("The D3 smart lock stores 100 fingerprints. Its battery lasts a year."))
    fact = named(question, hit("The D3 smart lock cost 899 yuan when it came out."))
    assert (topic["lacking"], topic["fitting"]) == (1.0, 0.0)
    assert (fact["lacking"], fact["fitting"]) == (0.0, 1.0)


def test_a_count_needs_its_unit(hit: Callable[..., Hit]) -> None:
    question = "V8最多能存几张地图？"
    assert named(question, hit("V8最多能存4张地图。", language="zh"))["counted"] == 1.0
    assert named(question, hit("V8能存地图，噪声为60分贝。", language="zh"))["counted"] == 0.0
    assert named("谁负责审批？", hit("由王芳审批。", language="zh"))["counted"] == 0.5


def test_an_unknown_similarity_is_not_a_number(hit: Callable[..., Hit]) -> None:
    assert math.isnan(named("x", hit("y"))["similarity"])


def test_another_language_is_flagged(hit: Callable[..., Hit]) -> None:
    found = named("退款多久到账", hit("Refunds arrive soon.", similarity=0.83))
    assert found["crossed"] == 1.0
    assert found["crossed_similarity"] == pytest.approx(0.5)


def test_many_titles_that_fit_as_well_are_rivals(hit: Callable[..., Hit]) -> None:
    hits = [hit("The season premiered in September.", title=f"Season {n}", key=str(n)) for n in range(5)]
    assert named("When did the season premiere?", *hits)["rivals"] == 1.0
    assert named("When did the season premiere?", hits[0])["rivals"] == 0.0


def test_each_kind_of_question_is_named_once(hit: Callable[..., Hit]) -> None:
    found = named("Who is it?", hit("x"))
    assert [name for name, value in found.items() if name.startswith("asks_") and value] == ["asks_person"]


@pytest.mark.parametrize(
    ("question", "task"),
    [
        ("Tell me a joke", 1.0),
        ("please write a poem", 1.0),
        ("帮我写一封请假邮件", 1.0),
        ("把“早上好”翻译成英语", 1.0),
        ("讲个笑话", 1.0),
        ("How do I write to the API?", 0.0),
        ("怎么写摘要？", 0.0),
        ("Who tells me when it ships?", 0.0),
    ],
)
def test_something_to_be_made_is_told_from_something_to_be_found(
    hit: Callable[..., Hit], question: str, task: float
) -> None:
    assert named(question, hit("x"))["task"] == task


def test_a_task_about_what_the_documents_hold_is_less_of_one(hit: Callable[..., Hit]) -> None:
    upload = "Write a function that uploads a file"
    assert named(upload, hit("Upload a file with this function."))["task"] < 0.5 < named(upload, hit("x"))["task"]


def test_meaning_is_compared_with_the_other_hits_and_other_documents(hit: Callable[..., Hit]) -> None:
    hits = [
        replace(hit("a", title="A", key="1"), meaning=0.5, balanced=0.2, score=0.03),
        replace(hit("b", title="A", key="2"), meaning=0.6, balanced=0.1, score=0.02),
        replace(hit("c", title="B", key="3"), meaning=0.1, balanced=0.0, score=0.01),
    ]
    found = named("x", *hits)
    assert found["meaning"] == 0.6
    assert found["meaning_lead"] == pytest.approx(0.2)
    assert found["meaning_apart"] == pytest.approx(0.5)
    assert (found["agreed"], found["balanced"]) == (1.0, 0.2)
    assert found["rank_apart"] == pytest.approx(0.02)


def test_a_collection_of_one_document_has_no_rivals(hit: Callable[..., Hit]) -> None:
    found = named("x", *(replace(hit("a", title="A", key=str(n)), meaning=0.5) for n in range(3)))
    assert math.isnan(found["meaning_apart"])
    assert math.isnan(found["rank_apart"])


def test_words_and_meaning_that_find_different_documents_do_not_agree(hit: Callable[..., Hit]) -> None:
    hits = [replace(hit("a", title="A", key="1"), meaning=0.4), replace(hit("b", title="B", key="2"), meaning=0.6)]
    assert named("x", *hits)["agreed"] == 0.0


def test_cosines_of_chinese_are_weighed_apart(hit: Callable[..., Hit]) -> None:
    found = named("退款几天到账", hit("退款在5天内到账。", language="zh", similarity=0.9))
    assert (found["chinese"], found["chinese_similarity"]) == (1.0, found["similarity"])
    assert named("Refund?", hit("x", similarity=0.9))["chinese_similarity"] == 0.0


@given(question=st.text(max_size=80), texts=st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_any_text_gives_finite_features_but_for_the_unknown(question: str, texts: list[str]) -> None:
    found = named(question, *map(passage, texts))
    assert all(math.isfinite(value) for name, value in found.items() if name not in UNMEASURED)
