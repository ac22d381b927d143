"""One contract for every vector index: FAISS exact, with codes, with lists, and Milvus in its embedded form."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.indexes import milvus
from retrieval.indexes.faiss import FaissIndex, train_base
from retrieval.indexes.milvus import MilvusIndex
from retrieval.protocols import VectorIndex
from retrieval.types import Vectors

logging.getLogger("milvus_lite").setLevel(logging.ERROR)  # its servers stop, and say so, after pytest closed the log
DIMENSION, COUNT = 16, 1200
INSTALLED = all(importlib.util.find_spec(name) for name in ("pymilvus", "milvus_lite"))


def unit_rows(count: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def near(rows: Vectors, seed: int) -> Vectors:
    """Rows beside the given ones: texts have neighbours, points all over a sphere have none worth finding."""
    moved = rows + 0.5 * unit_rows(len(rows), seed)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


TOPICS = unit_rows(30, 1)
ROWS = near(np.repeat(TOPICS, COUNT // 30, axis=0), 2)
QUESTIONS = near(TOPICS[:8], 3)
Fill = Callable[[], VectorIndex]


def _faiss(exact_below: int) -> FaissIndex:
    return FaissIndex(DIMENSION, ROWS, train_base(ROWS, exact_below))


@pytest.fixture(params=["exact", "lists", "added later", "milvus"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    """The same rows in each kind of index."""
    if request.param != "milvus":
        sizes = {"exact": COUNT + 1, "lists": 1}
        made = _faiss(sizes[request.param]) if request.param in sizes else FaissIndex(DIMENSION)
        if request.param == "added later":
            made.add(range(COUNT), ROWS)
        yield made
        return
    if not INSTALLED:
        pytest.skip("the extra `milvus` is not installed")
    remote = MilvusIndex(DIMENSION, str(tmp_path / "milvus.db"))
    remote.add(range(COUNT), ROWS)
    yield remote
    remote.close()


def found(index: VectorIndex, question: Vectors, k: int, allowed: np.ndarray | None = None) -> list[int]:
    return [row for row, _ in index.search(question[np.newaxis], k, allowed)[0]]


def exact(question: Vectors, k: int, allowed: np.ndarray | None = None) -> list[int]:
    scores = np.where(np.ones(COUNT, bool) if allowed is None else allowed, ROWS @ question, -np.inf)
    return [int(row) for row in np.argsort(-scores, kind="stable")[:k] if np.isfinite(scores[row])]


def test_neighbours_come_best_first_with_their_inner_product(index: VectorIndex) -> None:
    for question, pairs in zip(QUESTIONS, index.search(QUESTIONS, 10), strict=True):
        scores = [score for _, score in pairs]
        assert scores == sorted(scores, reverse=True)
        assert len(pairs) == 10
        for row, score in pairs:
            assert score == pytest.approx(float(ROWS[row] @ question), abs=1e-4)


def test_recall_against_exact_search(index: VectorIndex) -> None:
    shares = [len(set(found(index, question, 10)) & set(exact(question, 10))) / 10 for question in QUESTIONS]
    assert np.mean(shares) >= 0.97


@pytest.mark.parametrize("share", [0.5, 0.05, 0.005], ids=["half", "few", "rare tenant"])
def test_a_filter_holds_before_ranking_and_loses_no_hit(index: VectorIndex, share: float) -> None:
    """A tenant with six chunks among 1,200 gets all it asks for, however many better ones belong to others."""
    allowed = np.random.default_rng(3).random(COUNT) < share
    allowed[:3] = True
    for question in QUESTIONS:
        rows = found(index, question, 10, allowed)
        assert allowed[rows].all()
        assert len(rows) == min(10, int(allowed.sum()))
        assert len(set(rows) & set(exact(question, 10, allowed))) >= 0.9 * len(rows)


def test_several_masks_are_answered_each_by_itself(index: VectorIndex) -> None:
    even = np.arange(COUNT) % 2 == 0
    pairs = index.search_each(QUESTIONS[0], 5, [even, ~even, None])
    assert [{row % 2 for row, _ in found} for found in pairs[:2]] == [{0}, {1}]
    assert pairs[2] == index.search(QUESTIONS[:1], 5)[0]


def test_vectors_come_back_in_the_order_asked_for(index: VectorIndex) -> None:
    np.testing.assert_allclose(index.rows([9, 3, 9]), ROWS[[9, 3, 9]], atol=1e-6)
    with pytest.raises(KeyError):
        index.rows([COUNT + 5])


def test_no_row_allowed_finds_nothing(index: VectorIndex) -> None:
    assert index.search(QUESTIONS, 5, np.zeros(COUNT, np.bool_)) == [[] for _ in QUESTIONS]


def test_a_mask_that_is_too_short_allows_nothing_beyond_its_end(index: VectorIndex) -> None:
    assert max(found(index, QUESTIONS[0], 50, np.ones(30, np.bool_))) < 30


def test_a_removed_row_is_gone_at_once_and_counted(index: VectorIndex) -> None:
    best = exact(QUESTIONS[0], 1)[0]
    assert found(index, QUESTIONS[0], 1) == [best]
    index.remove([best, 99_999])
    assert best not in found(index, QUESTIONS[0], 20)
    assert len(index) == COUNT - 1


def test_a_row_that_is_added_again_is_replaced(index: VectorIndex) -> None:
    index.add([7], QUESTIONS[:1])
    assert len(index) == COUNT
    ((row, score),) = index.search(QUESTIONS[:1], 1)[0]
    assert (row, score) == (7, pytest.approx(1.0, abs=1e-4))


def test_new_rows_are_found_beside_the_old_ones(index: VectorIndex) -> None:
    index.add([COUNT, COUNT + 1], QUESTIONS[:2])
    assert len(index) == COUNT + 2
    assert found(index, QUESTIONS[1], 1) == [COUNT + 1]


def test_vectors_of_another_shape_are_refused(index: VectorIndex) -> None:
    with pytest.raises(ValueError, match="shape"):
        index.add([1, 2], QUESTIONS[:1])
    assert len(index) == COUNT


@pytest.mark.skipif(not INSTALLED, reason="the extra `milvus` is not installed")
def test_milvus_asks_for_more_then_compares_when_a_mask_is_too_long_to_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milvus, "_NAMED", 10)
    remote = MilvusIndex(DIMENSION, str(tmp_path / "milvus.db"))
    remote.add(range(COUNT), ROWS)
    worst_first = np.argsort(ROWS @ QUESTIONS[0])
    for allowed_rows in (worst_first[:100], np.arange(0, COUNT, 2)):
        allowed = np.zeros(COUNT, np.bool_)
        allowed[allowed_rows] = True
        assert found(remote, QUESTIONS[0], 10, allowed) == exact(QUESTIONS[0], 10, allowed)
    remote.close()


@pytest.mark.skipif(not INSTALLED, reason="the extra `milvus` is not installed")
def test_a_milvus_collection_outlives_the_process_that_filled_it(tmp_path: Path) -> None:
    first = MilvusIndex(DIMENSION, str(tmp_path / "milvus.db"))
    first.add(range(50), ROWS[:50])
    first.close()
    second = MilvusIndex(DIMENSION, str(tmp_path / "milvus.db"))
    assert len(second) == 50
    assert found(second, ROWS[3], 1) == [3]
    second.close()
