"""Vectors are computed once, kept by text and encoder, and survive a kill."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.knowledge.stored_vectors import StoredVectors
from retrieval.types import Vectors


class Counting:
    """An encoder that counts what it is asked; a text's vector follows from its letters."""

    dimension = 3

    def __init__(self, name: str = "e5@abc") -> None:
        self.name = name
        self.asked: list[str] = []

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text), len(set(text)), ord(text[0])] for text in texts], np.float32)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return -self.encode_questions(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]


def test_a_text_is_computed_once_in_whatever_process(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    stored = StoredVectors(first, tmp_path)
    wanted = stored.encode_questions(["how", "why", "how"])
    again = StoredVectors(second, tmp_path)
    np.testing.assert_array_equal(again.encode_questions(["why", "how", "how"]), wanted[[1, 0, 0]])
    assert first.asked == ["how", "why"]
    assert second.asked == []
    assert (stored.computed, again.computed) == (2, 0)
    again.encode_questions(["who"])
    assert second.asked == ["who"]


def test_a_passage_is_kept_apart_from_the_question_of_the_same_words(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    asked = StoredVectors(first, tmp_path).encode_questions(["how"])
    stored = StoredVectors(second, tmp_path)
    np.testing.assert_array_equal(stored.encode_passages(["how", "how"]), -asked[[0, 0]])
    np.testing.assert_array_equal(StoredVectors(second, tmp_path).encode_passages(["how"]), -asked)
    assert second.asked == ["how"]


def test_another_encoder_has_a_file_of_its_own(tmp_path: Path) -> None:
    StoredVectors(Counting(), tmp_path).encode_questions(["how"])
    other = Counting("bge/small@def")
    StoredVectors(other, tmp_path).encode_questions(["how"])
    assert other.asked == ["how"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bge_small@def.vectors", "e5@abc.vectors"]


@pytest.mark.parametrize("cut", [1, 12, 27])
def test_a_record_cut_short_is_computed_again_and_the_rest_is_kept(tmp_path: Path, cut: int) -> None:
    wanted = StoredVectors(Counting(), tmp_path).encode_questions(["how", "why"])
    path = tmp_path / "e5@abc.vectors"
    path.write_bytes(path.read_bytes()[:-cut])
    inner = Counting()
    for _ in range(2):  # what is appended after the cut is read back
        stored = StoredVectors(inner, tmp_path)
        np.testing.assert_array_equal(stored.encode_questions(["how", "why"]), wanted)
    assert inner.asked == ["why"]


def test_it_is_the_encoder_in_all_else(tmp_path: Path) -> None:
    stored = StoredVectors(Counting(), tmp_path / "new" / "folder")
    assert (stored.name, stored.dimension) == ("e5@abc", 3)
    assert stored.encode_questions([]).shape == (0, 3)
    assert stored.encode_passages(["a"]).tolist() == [[-1, -1, -97]]
    assert stored.count_tokens(["abc"]) == [3]
