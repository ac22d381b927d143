"""`manage.py evaluate retrieval`: figures side by side, and a second run that encodes nothing again."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from assistant.knowledge import encoder as shared
from retrieval.encoders.batching import BatchingEncoder
from retrieval.types import Vectors
from tests.unit.retrieval.conftest import HashingEncoder

ANIMALS = ["ape", "bee", "cat", "dog", "eel", "fox"]


class Counting(HashingEncoder):
    """Says how many texts it was given; `fails_after` ends it like a kill half-way."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.fails_after = 10_000

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if len(self.asked) >= self.fails_after:
            raise KeyboardInterrupt
        self.asked += texts
        return super().encode_passages(texts)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    made = Counting()
    monkeypatch.setattr(shared, "_shared", BatchingEncoder(made))
    monkeypatch.setattr(shared, "_threads", 1)
    return made


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    corpus, questions = tmp_path / "corpus.jsonl", tmp_path / "questions.jsonl"
    rows = [{"doc_id": name, "answer": f"All about the {name}. It eats {name} food."} for name in ANIMALS]
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = [{"question": f"What does the {name} eat?", "doc_id": name} for name in ANIMALS]
    questions.write_text("".join(json.dumps(row) + "\n" for row in asked))
    return ["--corpus", str(corpus), "--questions", str(questions)]


def figures(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("evaluate", "retrieval", "--json", *words, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    return {method: {k: v for k, v in row.items() if k != "query_ms"} for method, row in found.items()}


def test_the_four_methods_stand_side_by_side(counting: Counting, files: list[str]) -> None:
    found = figures(*files)
    assert list(found) == ["dense", "lexical", "hybrid", "reranked"]
    assert found["reranked"]["recall_at_1"] == 1.0


def test_the_corpus_is_embedded_by_as_many_threads_as_are_asked_for(counting: Counting, files: list[str]) -> None:
    figures(*files, "--threads", "3")
    assert shared._threads == 3


def test_a_second_run_encodes_nothing_and_finds_the_same(counting: Counting, files: list[str], tmp_path: Path) -> None:
    plain = figures(*files)
    first = figures(*files, "--vectors", str(tmp_path / "kept"))
    encoded = len(counting.asked)
    again = figures(*files, "--vectors", str(tmp_path / "kept"))
    assert len(counting.asked) == encoded
    assert without_times(plain) == without_times(first) == without_times(again)


def test_a_run_that_was_ended_goes_on_where_it_was(
    counting: Counting, files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.evaluate._BATCH", 2)
    counting.fails_after = 4
    with pytest.raises(KeyboardInterrupt):
        figures(*files, "--vectors", str(tmp_path / "kept"))
    assert len(counting.asked) == 4
    counting.fails_after = 10_000
    figures(*files, "--vectors", str(tmp_path / "kept"))
    passages = [text for text in counting.asked if text in {f"All about the {n}. It eats {n} food." for n in ANIMALS}]
    assert len(passages) == len(set(passages))
