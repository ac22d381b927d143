from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.faq.courtesy import only_courtesy, without_opening
from benchmarks import faq_http
from benchmarks.faq_http import DEMO, REASONS, THANKS, curated, measure, unseen
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


@pytest.mark.parametrize("first", [THANKS, REASONS])
def test_every_ending_of_its_language_is_used_once_and_the_bare_question_never(
    first: dict[str, tuple[str, ...]],
) -> None:
    texts = unseen(QUESTIONS[:1], seed=7, first=first)
    ends = {a + b for a in first["en"] for b in THANKS["en"]}
    assert len(texts) == len(ends) - 1
    assert all(text.startswith("How do I return an item?") for text in texts)


@pytest.mark.parametrize("first", [THANKS, REASONS])
def test_no_ending_is_one_that_is_taken_off_before_encoding(first: dict[str, tuple[str, ...]]) -> None:
    texts = unseen(QUESTIONS, seed=7, first=first)
    assert [without_opening(text) for text in texts] == texts


def test_thanks_add_nothing_to_a_question_and_reasons_do() -> None:
    assert all(only_courtesy(ending) for endings in THANKS.values() for ending in endings)
    assert not any(only_courtesy(ending) for endings in REASONS.values() for ending in endings if ending)


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
    assert figures["semantic_hits_per_second"] == pytest.approx(
        figures["semantic_requests_per_second"] * figures["semantic_hit_share"]
    )
    assert 0 < figures["semantic_hit_p99_ms"] <= 1000 * 60
    assert figures["client_ms"] > 0


async def test_timed_semantic_questions_are_new_to_the_server(small: list[str], stand: Stand) -> None:
    await measure(stand.server, seconds=0.5, seed=1)
    asked = [json.loads(body)["question"] for _, body in stand.requests]
    wrapped = [text for text in asked if text not in small]
    new = wrapped[200:300]  # the first 200 warm the workers
    assert len(set(wrapped[:300])) == 300
    assert not set(new) & set(wrapped[300:-25]), "those with a reason come last"


async def test_questions_that_come_again_are_measured_apart(small: list[str], stand: Stand) -> None:
    figures = await measure(stand.server, seconds=0.5, seed=1)
    asked = [json.loads(body)["question"] for _, body in stand.requests]
    warm = [text for text in asked if text not in small][:200]
    again = asked[-25 - 300 : -25]
    assert set(again) == set(warm)
    assert asked.count(warm[0]) >= 6
    assert figures["remembered_requests_per_second"] > 0


async def test_what_is_refused_for_its_pace_is_no_answer_and_is_told(small: list[str], stand: Stand) -> None:
    seen = 0

    def answerer(_head: bytes, body: bytes) -> list[bytes]:
        nonlocal seen
        seen += json.loads(body)["question"] in small
        refused = seen > 240 and seen % 2
        return [answer("429 Too Many Requests" if refused else "200 OK", b'{"layer": "faq"}')]

    stand.answerer = answerer
    figures = await measure(stand.server, seconds=0.2, seed=1)
    assert 0.3 < figures["exact_too_many"] < 0.7
    assert figures["exact_ok"] + figures["exact_too_many"] == pytest.approx(1.0)


@pytest.mark.usefixtures("small")
async def test_answers_that_fail_lower_the_share_of_those_that_are_right(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [answer("503 Service Unavailable", b'{"code": "starting"}')]
    figures = await measure(stand.server, seconds=0.1, seed=1)
    assert figures["exact_ok"] == 0.0
    assert figures["semantic_hit_share"] == 0.0
    assert figures["exact_requests_per_second"] == figures["semantic_hits_per_second"] == 0.0
    assert figures["semantic_hit_p99_ms"] is None
