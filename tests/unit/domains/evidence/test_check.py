"""The check as it is shipped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from domains.errors import WeightsDamaged
from domains.evidence import EvidenceCheck
from domains.evidence.check import WEIGHTS
from retrieval.types import Hit


def test_without_hits_nothing_is_answerable() -> None:
    judged = EvidenceCheck.load().judge("When do refunds arrive?", [])
    assert (judged.hits, judged.answerable, judged.sufficient) == ((), 0.0, False)


@pytest.mark.parametrize(
    ("question", "text", "language"),
    [
        ("When do refunds arrive?", "Refunds arrive within 5 business days after we receive the parcel.", "en"),
        ("退款几天到账？", "退款在收到包裹后5个工作日内到账。", "zh"),
    ],
)
def test_a_passage_that_answers_suffices_and_one_that_does_not_does_not(
    hit: Callable[..., Hit], question: str, text: str, language: str
) -> None:
    check = EvidenceCheck.load()
    other = {"en": "The warranty of the lamp covers the stand.", "zh": "台灯的底座在保修范围内。"}[language]
    assert check.judge(question, [hit(text, language=language, similarity=0.91)]).sufficient
    assert not check.judge(question, [hit(other, language=language, similarity=0.78)]).sufficient


def test_what_suffices_is_related_and_chat_is_not(hit: Callable[..., Hit]) -> None:
    check = EvidenceCheck.load()
    refunds = hit("Refunds arrive within 5 business days after we receive the parcel.", similarity=0.91)
    assert check.judge("When do refunds arrive?", [refunds]).related
    assert not check.judge("Tell me a joke", [hit("Refunds take 5 days.", similarity=0.75)]).related


@pytest.mark.parametrize(
    ("question", "sufficient"),
    [
        ("What was the net profit in 2025?", True),
        ("What was the net profit in 2023?", False),
        ("２０２３年净利润是多少？", False),
    ],
)
def test_figures_of_another_year_do_not_suffice(hit: Callable[..., Hit], question: str, sufficient: bool) -> None:
    language = "en" if question.isascii() else "zh"
    report = hit("Net profit in 2025 was 5 million yuan. 2025年净利润为500万元。", language=language, similarity=0.93)
    judged = EvidenceCheck.load(threshold=0.0).judge(question, [report])
    assert (judged.sufficient, judged.related) == (sufficient, True)


def test_hits_keep_their_order(hit: Callable[..., Hit]) -> None:
    hits = (hit("b"), hit("a"))
    assert EvidenceCheck.load().judge("a", hits).hits == hits


def test_the_threshold_can_be_set(hit: Callable[..., Hit]) -> None:
    assert not EvidenceCheck.load(threshold=1.1).judge("a", [hit("a", similarity=0.95)]).sufficient
    assert EvidenceCheck.load(threshold=0.0).judge("a", [hit("b", similarity=0.7)]).sufficient


def test_weights_of_other_features_are_refused(tmp_path: Path) -> None:
    weights = json.loads(WEIGHTS.read_text("utf-8"))
    weights["names"][0] = "another"
    path = tmp_path / "w.json"
    path.write_text(json.dumps(weights), encoding="utf-8")
    with pytest.raises(WeightsDamaged, match=r"domains\.evidence\.train"):
        EvidenceCheck.load(path)


def test_the_shipped_weights_say_what_they_learnt_from() -> None:
    trained_on = EvidenceCheck.load().weights.trained_on
    assert sum(trained_on.values()) > 500
    assert all(name.split("_")[0].split(" ")[0] in {"demo", "mtrag"} for name in trained_on)
