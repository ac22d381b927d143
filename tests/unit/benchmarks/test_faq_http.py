from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.faq.courtesy import without_opening
from benchmarks import faq_http
from benchmarks.faq_http import DEMO, REASON, THANKS, curated, measure, unseen
from tests.unit.benchmarks.conftest import Stand, answer

QUESTIONS = [("How do I return an item?", "en"), ("怎么退货？", "zh")]


def test_the_demo_has_enough_entries_to_ask_thousands_of_new_questions() -> None:
    entries = curated(DEMO)
    assert len(entries) >= 120
    assert {language for _, language in entries} == {"zh", "en"}
    assert len(unseen(entries, seed=1)) > 4_000


def test_curated_questions_are_read_in_the_order_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"question": "怎么退货？", "language": "zh"}\n', encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"question": "Returns?", "language": "en"}\n', encoding="utf-8")
    assert curated(tmp_path) == [("Returns?", "en"), ("怎么退货？", "zh")]


def test_no_question_is_asked_twice_nor_as_it_is_curated() -> None:
    texts = unseen(QUESTIONS, seed=7)
    assert len(texts) == len(set(texts))
    assert not set(texts) & {question for question, _ in QUESTIONS}


def test_every_wrapping_of_its_language_is_used_once_and_the_bare_question_never() -> None:
    texts = unseen(QUESTIONS[:1], seed=7)
    assert len(texts) == len(REASON["en"]) * len(THANKS["en"]) - 1
    assert all(text.startswith("How do I return an item?") for text in texts)


def test_no_wrapping_is_one_that_is_taken_off_before_encoding() -> None:
    texts = unseen(QUESTIONS, seed=7)
    assert [without_opening(text) for text in texts] == texts


def test_the_order_depends_on_the_seed_alone() -> None:
    assert unseen(QUESTIONS, seed=3) == unseen(QUESTIONS, seed=3)
    assert unseen(QUESTIONS, seed=3) != unseen(QUESTIONS, seed=4)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rows = [{"question": f"Question number {n}?", "language": "en"} for n in range(20)]
    (tmp_path / "faq.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    monkeypatch.setattr(faq_http, "DEMO", tmp_path)
    return [str(row["question"]) for row in rows]


async def test_the_figures_tell_hits_from_misses_and_failures(small: list[str], stand: Stand) -> None:
    def answerer(_head: bytes, body: bytes) -> list[bytes]:
        exact = json.loads(body)["question"] in small
        layer = "faq" if exact or b"Thank" in body else "retrieval"
        return [answer("200 OK", json.dumps({"layer": layer}).encode())]

    stand.answerer = answerer
    figures = await measure(stand.server, seconds=1.0, seed=1)
    assert figures["exact_ok"] == 1.0
    assert 0.1 < figures["semantic_hit_share"] < 0.9
    assert figures["semantic_questions"] == 200
    assert figures["exact_requests_per_second"] > 0
    assert figures["exact_p50_ms"] <= figures["exact_p99_ms"]
    assert figures["semantic_p50_ms"] <= figures["semantic_p99_ms"]


async def test_timed_semantic_questions_are_new_to_the_server(small: list[str], stand: Stand) -> None:
    await measure(stand.server, seconds=0.5, seed=1)
    asked = [json.loads(body)["question"] for _, body in stand.requests]
    wrapped = [text for text in asked if text not in small]
    assert len(wrapped) == len(set(wrapped)) == 300


@pytest.mark.usefixtures("small")
async def test_answers_that_fail_lower_the_share_of_those_that_are_right(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [answer("503 Service Unavailable", b'{"code": "starting"}')]
    figures = await measure(stand.server, seconds=0.1, seed=1)
    assert figures["exact_ok"] == 0.0
    assert figures["semantic_hit_share"] == 0.0
