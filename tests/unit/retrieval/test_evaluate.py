from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from retrieval.config import RetrievalConfig
from retrieval.evaluate import evaluate, methods, read_corpus, read_questions
from retrieval.types import Hit
from tests.unit.retrieval.conftest import HashingEncoder

KEYS = {"recall_at_1", "recall_at_5", "mrr_at_10", "ndcg_at_10", "query_ms"}
ANIMALS = ["ape", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"]


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    rows = [
        {"doc_id": name, "text": f"All about the {name}. It eats {name} food.", "title": "Animals"} for name in ANIMALS
    ]
    return lines(tmp_path / "corpus.jsonl", *rows)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = [{"question": f"What does the {name} eat?", "doc_id": name} for name in ANIMALS]
    return lines(tmp_path / "questions.jsonl", *rows)


def test_four_methods_are_measured_side_by_side(corpus: Path, questions: Path, hashing: HashingEncoder) -> None:
    figures = evaluate([corpus], questions, hashing)
    assert list(figures) == ["dense", "lexical", "hybrid", "reranked"]
    assert all(set(row) == KEYS for row in figures.values())
    for row in figures.values():
        assert 0 <= row["recall_at_1"] <= row["recall_at_5"] <= 1
        assert row["query_ms"] > 0


class Backwards:
    """Puts the last first."""

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        return list(reversed(hits))


def test_a_named_reranker_stands_beside_the_light_one(corpus: Path, questions: Path, hashing: HashingEncoder) -> None:
    figures = evaluate([corpus], questions, hashing, reranker=Backwards())
    assert list(figures) == ["dense", "lexical", "hybrid", "reranked", "cross_encoder"]
    assert figures["reranked"]["recall_at_1"] == 1.0
    assert figures["cross_encoder"]["recall_at_1"] == 0.0


def test_easy_questions_are_all_answered(corpus: Path, questions: Path, hashing: HashingEncoder) -> None:
    figures = evaluate([corpus], questions, hashing)
    assert figures["lexical"]["recall_at_1"] == 1.0
    assert figures["reranked"]["mrr_at_10"] == 1.0


def test_a_limit_asks_the_first_questions_only(corpus: Path, tmp_path: Path, hashing: HashingEncoder) -> None:
    right = {"question": "the ape", "relevant": ["ape"]}
    wrong = {"question": "the bee", "relevant": ["hen"]}
    questions = lines(tmp_path / "q.jsonl", right, wrong)
    assert evaluate([corpus], questions, hashing, limit=1)["lexical"]["recall_at_1"] == 1.0
    assert evaluate([corpus], questions, hashing)["lexical"]["recall_at_1"] == 0.5


def test_a_long_document_ranks_where_its_best_passage_does(tmp_path: Path, hashing: HashingEncoder) -> None:
    long = "Nothing of interest here. " * 200 + "The zebra sleeps at noon. " + "Nothing again. " * 200
    corpus = lines(tmp_path / "c.jsonl", {"doc_id": "long", "answer": long}, {"doc_id": "b", "text": "noon news"})
    questions = lines(tmp_path / "q.jsonl", {"question": "when does the zebra sleep", "relevant": "long"})
    assert len(read_corpus(corpus, hashing)) > 3
    assert evaluate([corpus], questions, hashing)["lexical"]["recall_at_1"] == 1.0


def test_titles_and_other_labels_are_not_indexed(corpus: Path, hashing: HashingEncoder) -> None:
    assert all("Animals" not in chunk.text + chunk.title for chunk in read_corpus(corpus, hashing))


def test_several_corpora_are_searched_together(
    corpus: Path, questions: Path, tmp_path: Path, hashing: HashingEncoder
) -> None:
    other = lines(tmp_path / "other.jsonl", {"doc_id": "extra", "text": "All about the zebra."})
    assert evaluate([corpus, other], questions, hashing)["lexical"]["recall_at_1"] == 1.0


def test_relevant_may_be_a_list_or_one_id(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "q.jsonl",
        {"question": "a", "relevant": ["x", "y"]}, {"question": "b", "relevant": "z"}, {"question": "c", "doc_id": 7},
    )  # fmt: skip
    assert [question.relevant for question in read_questions(path)] == [{"x", "y"}, {"z"}, {"7"}]


@pytest.mark.parametrize(
    "row", ['{"text": "x"}', '{"doc_id": "x"}', '["doc_id", "text"]', '{"doc_id": "x", "text"', "7"]
)
def test_a_row_that_lacks_something_is_named_by_its_line(tmp_path: Path, hashing: HashingEncoder, row: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"doc_id": "a", "text": "b"}\n\n' + row + "\n")
    with pytest.raises(ValueError, match=r"c\.jsonl, line 3"):
        read_corpus(path, hashing)


def test_without_questions_there_is_nothing_to_measure(corpus: Path, tmp_path: Path, hashing: HashingEncoder) -> None:
    with pytest.raises(ValueError, match="no questions"):
        evaluate([corpus], lines(tmp_path / "q.jsonl"), hashing)


def test_the_methods_differ_only_in_what_their_names_say() -> None:
    config = RetrievalConfig(depth=9, rank_constant=7)
    all_methods = methods(config)
    assert all((method.config.depth, method.config.rank_constant) == (9, 7) for method in all_methods.values())
    assert [method.config.rerank for method in all_methods.values()] == [False, False, False, True]
    assert not all_methods["lexical"].encodes
