"""The demo's questions over its own documents."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from domains.evidence.found import as_found, as_given, index, is_listed
from domains.evidence.rows import Row, passage
from retrieval.types import Vectors

PRICE = "The red lamp costs 40 yuan in every shop of ours."


class Words:
    """An encoder that knows five words."""

    name = "words"
    dimension = 6

    def count_tokens(self, texts: list[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def encode_questions(self, texts: list[str]) -> Vectors:
        known = ("lamp", "red", "chair", "costs", "yuan")
        counted = np.array([[*(float(word in text.lower()) for word in known), 0.1] for text in texts], np.float32)
        made: Vectors = counted / np.linalg.norm(counted, axis=1, keepdims=True)
        return made

    encode_passages = encode_questions


def folder(tmp_path: Path) -> Path:
    for name, text in (("lamp", PRICE), ("chair", "The chair is made of oak and stands on four legs.")):
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    listed = [{"file": f"{name}.md", "title": name, "language": "en"} for name in ("lamp", "chair")]
    (tmp_path / "documents.jsonl").write_text("\n".join(map(json.dumps, listed)), encoding="utf-8")
    return tmp_path


def test_an_answered_question_is_asked_with_and_without_its_document(tmp_path: Path) -> None:
    encoder = Words()
    found = index(folder(tmp_path), encoder)  # type: ignore[arg-type]
    row = Row("What costs the red lamp?", (passage(PRICE, document="lamp.md"),), "answerable", "demo", "answer")
    with_it, without = as_found([row], found, encoder)  # type: ignore[arg-type]
    assert (with_it.label, with_it.kind, with_it.hits[0].chunk.document) == ("answerable", "retrieved", "lamp.md")
    assert (without.label, without.kind) == ("unanswerable", "removed")
    assert {hit.chunk.document for hit in without.hits} == {"chair.md"}


def test_a_question_that_no_document_answers_keeps_all_of_them(tmp_path: Path) -> None:
    encoder = Words()
    found = index(folder(tmp_path), encoder)  # type: ignore[arg-type]
    row = Row("Who painted the red lamp?", (passage(PRICE, document="lamp.md"),), "unanswerable", "demo", "not_stated")
    (asked,) = as_found([row], found, encoder)  # type: ignore[arg-type]
    assert (asked.label, asked.kind) == ("unanswerable", "not_stated")
    assert "lamp.md" in {hit.chunk.document for hit in asked.hits}


def test_the_index_holds_the_sentences_as_the_live_one_does(tmp_path: Path) -> None:
    snapshot = index(folder(tmp_path), Words())._snapshot  # type: ignore[arg-type]
    assert snapshot.rows.end == 2
    assert all(len(snapshot.sentences(row)) for row in range(snapshot.rows.end))


def test_passages_that_a_row_brings_are_ranked_among_themselves_alone() -> None:
    rows = [
        Row("What costs the red lamp?", (passage("Chairs stand."), passage(PRICE)), "answerable", "own"),
        Row("What costs the chair?", (passage("The chair costs 90 yuan."),), "answerable", "own"),
        Row("Who sings?", (), "unanswerable", "own"),
    ]
    first, second, none = as_given(rows, Words())  # type: ignore[arg-type]
    assert [hit.chunk.text for hit in first.hits] == [PRICE, "Chairs stand."]
    assert first.hits[0].meaning is not None
    assert [hit.chunk.text for hit in second.hits] == ["The chair costs 90 yuan."]
    assert none.hits == ()


def test_a_list_of_documents_is_noticed(tmp_path: Path) -> None:
    assert not is_listed(tmp_path)
    assert is_listed(folder(tmp_path))
    (tmp_path / "lamp.md").unlink()
    assert not is_listed(tmp_path)
