"""Reading labelled rows, and asking them as retrieval would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from domains.evidence.pool import Pool, as_retrieved, prepare
from domains.evidence.rows import is_demo, measure_similarity, passage, read_demo, read_mtrag
from retrieval.protocols import Encoder

TOPICS = ("tea", "lamp", "car", "boat", "tree", "piano", "bread", "stone", "glass", "river", "cloud", "horse")


def demo_line(topic: str, *, answered: bool, split: str = "train", question: str = "") -> str:
    return json.dumps(
        {
            "question": question or f"What does the {topic} cost?", "passage": f"The {topic} costs 5 yuan.",
            "answered": answered,
            "language": "en", "kind": "answer" if answered else "not_stated", "document": f"{topic}.md",
            "split": split,
        }
    )  # fmt: skip


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.jsonl"
    lines = [demo_line(topic, answered=True) for topic in TOPICS]
    lines.append(demo_line("tea", answered=False, question="Who drinks the tea?"))
    lines.append(demo_line("tea", answered=True, split="test", question="Is the tea 5 yuan?"))
    path.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "documents.jsonl").write_text('{"file": "tea.md", "title": "On tea"}', encoding="utf-8")
    return path


@pytest.fixture
def mtrag(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.jsonl"
    tasks = [
        {"answerability": [label], "collection": "fiqa", "contexts": contexts,
         "messages": [{"speaker": "user", "text": "Hi"}, {"speaker": "agent", "text": "Hello"},
         {"speaker": "user", "text": "What is an IRA?"}]}
        for label, contexts in (("ANSWERABLE", [{"document_id": "a", "text": "An IRA is an account."}]),
            ("UNANSWERABLE", []), ("PARTIAL", []))
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, tasks)), encoding="utf-8")
    return path


def test_the_demos_rows_carry_title_label_and_split(demo: Path) -> None:
    rows = list(read_demo(demo))
    assert (rows[0].label, rows[0].hits[0].chunk.title, rows[0].split) == ("answerable", "On tea", "train")
    assert rows[len(TOPICS)].label == "unanswerable"
    assert rows[-1].split == "test"


def test_a_task_asks_its_last_turn(mtrag: Path) -> None:
    rows = list(read_mtrag(mtrag))
    assert [(row.question, row.label, len(row.hits)) for row in rows] == [
        ("What is an IRA?", "answerable", 1), ("What is an IRA?", "unanswerable", 0), ("What is an IRA?",
        "partial", 0),
    ]  # fmt: skip


def test_the_forms_are_told_apart(demo: Path, mtrag: Path) -> None:
    assert is_demo(demo)
    assert not is_demo(mtrag)


def test_a_line_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"passage": "x"}', encoding="utf-8")
    with pytest.raises(ValidationError):
        list(read_demo(path))


def test_similarities_order_the_hits(demo: Path, encoder: Encoder) -> None:
    row = next(read_demo(demo))
    both = measure_similarity(
        [type(row)(row.question, (passage("Nothing alike here."), *row.hits), "answerable", "x")], encoder
    )[0]
    assert both.hits[0].chunk.document == "tea.md"
    assert both.hits[0].similarity is not None


def test_a_pool_finds_by_words_and_meaning_and_leaves_out_documents(demo: Path, encoder: Encoder) -> None:
    pool = Pool([hit for row in read_demo(demo) for hit in row.hits], encoder)
    vector = encoder.encode_questions(["What does the boat cost?"])[0]
    assert pool.search("What does the boat cost?", vector)[0].chunk.document == "boat.md"
    assert "boat.md" not in {
        hit.chunk.document for hit in pool.search("What does the boat cost?", vector, frozenset({"boat.md"}))
    }


def test_a_pool_keeps_to_the_questions_language(encoder: Encoder) -> None:
    pool = Pool([passage("茶叶五元。"), passage("Tea costs 5 yuan.")], encoder)
    assert [hit.chunk.language for hit in pool.search("茶叶多少钱", encoder.encode_questions(["茶叶多少钱"])[0])] == [
        "zh"
    ]


def test_a_question_is_asked_with_its_answer_and_without(demo: Path, encoder: Encoder) -> None:
    rows = [row for row in as_retrieved(list(read_demo(demo)), encoder) if row.question == "What does the boat cost?"]
    assert [(row.label, row.kind) for row in rows] == [("answerable", "retrieved"), ("unanswerable", "removed")]
    assert all(len(row.hits) == 8 for row in rows)


def test_preparing_takes_one_split_of_the_demo_and_all_of_mtrag(demo: Path, mtrag: Path, encoder: Encoder) -> None:
    assert {row.split for row in prepare(demo, encoder, "train")} == {"train"}
    assert len(prepare(mtrag, encoder, "test")) == 3
