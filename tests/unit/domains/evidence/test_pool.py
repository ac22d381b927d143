"""Asking labelled questions as retrieval would."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from domains.evidence.pool import Pool, as_retrieved, prepare
from domains.evidence.rows import Row, passage, read_demo
from retrieval.protocols import Encoder


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


def test_the_same_text_with_its_heading_also_answers(encoder: Encoder) -> None:
    bare = passage("The boat costs 5 yuan.", document="boat.md")
    headed = passage("Prices\nThe boat costs 5 yuan.", document="boat.md")
    question = "What does the boat cost?"

    rows = [Row(question, (bare,), "answerable", "own"), Row("Other?", (headed,), "unanswerable", "own")]
    first = next(row for row in as_retrieved(rows, encoder) if row.question == question)
    assert first.label == "answerable"


def test_a_passage_that_does_not_answer_leaves_open_whether_another_does(demo: Path, encoder: Encoder) -> None:
    row = next(read_demo(demo))
    wrong = replace(row, question="Which tea is best?", label="unanswerable", kind="other_section")
    assert "Which tea is best?" not in {asked.question for asked in as_retrieved([row, wrong], encoder)}


def test_a_partial_answer_is_neither(demo: Path, encoder: Encoder) -> None:
    row = replace(next(read_demo(demo)), label="partial")
    assert list(as_retrieved([row], encoder)) == []


def test_an_underspecified_question_keeps_its_label(demo: Path, encoder: Encoder) -> None:
    row = replace(next(read_demo(demo)), label="underspecified", kind="")
    assert [asked.label for asked in as_retrieved([row], encoder)] == ["underspecified"]
