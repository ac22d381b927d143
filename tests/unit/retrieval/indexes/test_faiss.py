from __future__ import annotations

import threading
from pathlib import Path

import faiss as library
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.indexes import faiss as module
from retrieval.indexes.faiss import FaissIndex, load_base, looked_at, place_for, save_base, train_base
from retrieval.types import Allowed, Vectors

DIMENSION = 16


def unit_rows(count: int, seed: int = 0, dimension: int = DIMENSION) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def exact(rows: Vectors, question: Vectors, k: int, allowed: Allowed | None = None) -> list[int]:
    scores = rows @ question
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    order = [int(row) for row in np.argsort(-scores, kind="stable") if np.isfinite(scores[row])]
    return order[:k]


def found(index: FaissIndex, question: Vectors, k: int, allowed: Allowed | None = None) -> list[int]:
    return [row for row, _ in index.search(question[np.newaxis], k, allowed)[0]]


def only(rows: list[int], end: int) -> Allowed:
    mask = np.zeros(end, dtype=np.bool_)
    mask[rows] = True
    return mask


@pytest.fixture(scope="module")
def big() -> tuple[Vectors, FaissIndex]:
    topics = unit_rows(40, seed=3)
    rows = np.repeat(topics, 100, axis=0) + 0.5 * unit_rows(4000, seed=4)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows, FaissIndex(DIMENSION, rows, train_base(rows, exact_below=1000))


def test_an_empty_index_finds_nothing() -> None:
    index = FaissIndex(DIMENSION)
    assert len(index) == 0
    assert index.search(unit_rows(2), 5) == [[], []]


def test_a_row_is_its_own_nearest_neighbour() -> None:
    rows = unit_rows(50)
    index = FaissIndex(DIMENSION)
    index.add(range(50), rows)
    for number in range(50):
        row, score = index.search(rows[number : number + 1], 1)[0][0]
        assert (row, score) == (number, pytest.approx(1.0, abs=1e-5))


def test_asking_for_more_than_there_is_gives_what_there_is() -> None:
    index = FaissIndex(DIMENSION, unit_rows(3))
    assert len(index.search(unit_rows(1), 10)[0]) == 3


def test_several_questions_at_once_get_their_own_answers() -> None:
    rows = unit_rows(20)
    index = FaissIndex(DIMENSION, rows)
    assert [row[0][0] for row in index.search(rows[:5], 1)] == [0, 1, 2, 3, 4]


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 60), st.integers(0, 20), st.integers(1, 12), st.data())
def test_base_and_tail_together_equal_exact_search(base: int, tail: int, k: int, data: st.DataObject) -> None:
    rows = unit_rows(base + tail, seed=base)
    index = FaissIndex(DIMENSION, rows[:base])
    index.add(range(base, base + tail), rows[base:])
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=base + tail, max_size=base + tail)))
    question = unit_rows(1, seed=99)[0]
    assert found(index, question, k) == exact(rows, question, k)
    assert found(index, question, k, allowed) == exact(rows, question, k, allowed)


def test_only_allowed_rows_are_found() -> None:
    rows = unit_rows(30)
    index = FaissIndex(DIMENSION, rows[:20])
    index.add(range(20, 30), rows[20:])
    assert set(found(index, rows[0], 30, only([3, 25], 30))) == {3, 25}
    assert found(index, rows[0], 30, only([], 30)) == []


def test_rows_beyond_the_mask_are_not_allowed() -> None:
    rows = unit_rows(30)
    index = FaissIndex(DIMENSION, rows[:20])
    index.add(range(20, 30), rows[20:])
    assert set(found(index, rows[0], 30, only([0, 5], 10))) == {0, 5}


def test_removed_rows_are_gone_at_once_from_base_and_tail() -> None:
    rows = unit_rows(12)
    index = FaissIndex(DIMENSION, rows[:8])
    index.add(range(8, 12), rows[8:])
    index.remove([2, 9, 777])
    assert len(index) == 10
    assert not {2, 9} & set(found(index, rows[2], 12))
    assert not {2, 9} & set(found(index, rows[9], 12))


def test_adding_a_known_row_replaces_it() -> None:
    rows = unit_rows(6)
    index = FaissIndex(DIMENSION, rows[:4])
    index.add([1, 5], rows[4:6])
    index.add([5], rows[1:2])
    assert len(index) == 5
    assert found(index, rows[4], 1) == [1]
    assert found(index, rows[1], 1) == [5]


def test_vectors_of_another_shape_are_refused() -> None:
    index = FaissIndex(DIMENSION)
    with pytest.raises(ValueError, match="shape"):
        index.add([0], unit_rows(1, dimension=8))
    with pytest.raises(ValueError, match="shape"):
        index.add([0, 1], unit_rows(1))
    assert len(index) == 0


def test_adding_nothing_is_harmless() -> None:
    index = FaissIndex(DIMENSION)
    index.add([], np.empty((0, DIMENSION), dtype=np.float32))
    assert len(index) == 0


def test_similarities_are_inner_products_in_the_order_asked_for() -> None:
    rows = unit_rows(6)
    index = FaissIndex(DIMENSION, rows[:4])
    index.add([4, 5], rows[4:])
    np.testing.assert_allclose(index.similarities(rows[0], [5, 0, 3]), rows[[5, 0, 3]] @ rows[0], atol=1e-6)
    assert index.similarities(rows[0], []).shape == (0,)
    with pytest.raises(KeyError):
        index.similarities(rows[0], [99])


def test_few_rows_are_searched_exactly_without_training() -> None:
    assert train_base(unit_rows(100)) is None


def test_the_inverted_file_recalls_nearly_all(big: tuple[Vectors, FaissIndex]) -> None:
    rows, index = big
    questions = unit_rows(50, seed=8)
    near = (rows[:50] + 0.3 * questions) / np.linalg.norm(rows[:50] + 0.3 * questions, axis=1, keepdims=True)
    recalls = [len(set(found(index, one, 10)) & set(exact(rows, one, 10))) / 10 for one in near]
    assert np.mean(recalls) >= 0.9


def test_scores_of_the_inverted_file_are_exact(big: tuple[Vectors, FaissIndex]) -> None:
    rows, index = big
    for row, score in index.search(rows[7:8], 5)[0]:
        assert score == pytest.approx(float(rows[row] @ rows[7]), abs=1e-5)


def test_a_narrow_filter_loses_no_hit_of_the_inverted_file(big: tuple[Vectors, FaissIndex]) -> None:
    rows, index = big
    allowed = only(list(range(0, 4000, 57)), 4000)
    question = unit_rows(1, seed=11)[0]
    assert found(index, question, 10, allowed) == exact(rows, question, 10, allowed)


def test_removals_and_additions_beside_an_inverted_file(big: tuple[Vectors, FaissIndex]) -> None:
    rows, _ = big
    index = FaissIndex(DIMENSION, rows, train_base(rows, exact_below=1000))
    index.remove([7])
    index.add([4000], rows[7:8])
    assert found(index, rows[7], 1) == [4000]
    assert len(index) == 4000


def test_an_inverted_file_survives_the_disk(tmp_path: Path, big: tuple[Vectors, FaissIndex]) -> None:
    rows, index = big
    trained = train_base(rows, exact_below=1000)
    assert trained is not None
    save_base(trained, tmp_path / "coarse.faiss")
    again = FaissIndex(DIMENSION, rows, load_base(tmp_path / "coarse.faiss"))
    assert again.search(rows[:20], 5) == index.search(rows[:20], 5)


def test_codes_on_disk_are_mapped_and_nothing_is_read_ahead(tmp_path: Path, big: tuple[Vectors, FaissIndex]) -> None:
    save_base(train_base(big[0], exact_below=1000), tmp_path / "coarse.faiss")
    loaded = load_base(tmp_path / "coarse.faiss")
    lists = library.downcast_InvertedLists(loaded.invlists)
    assert isinstance(lists, library.OnDiskInvertedLists)
    assert lists.prefetch_nthread == 0


@pytest.mark.parametrize(
    ("count", "gpus", "place"),
    [(0, 0, "exact"), (49_999, 8, "exact"), (50_000, 0, "lists"), (50_000, 1, "gpu"), (10**7, 0, "lists")],
)
def test_the_place_is_chosen_by_size_and_machine(count: int, gpus: int, place: str) -> None:
    assert place_for(count, gpus) == place


def test_of_many_rows_a_smaller_share_is_looked_at_and_never_under_a_tenth() -> None:
    shares = [looked_at(count) for count in (50_000, 100_000, 300_000, 1_000_000, 10**8)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 0.25
    assert shares[-1] == 0.1


class StandIn:
    """In place of an index on a GPU: it takes no filter and gives neighbours of all rows."""

    def __init__(self, rows: Vectors) -> None:
        self._rows, self.asked = rows, 0

    def search(self, questions: Vectors, k: int) -> tuple[Vectors, np.ndarray]:
        self.asked += 1
        scores = self._rows @ questions[0]
        found = np.argsort(-scores)[:k]
        return scores[found][np.newaxis], found[np.newaxis]


@pytest.mark.parametrize(("share", "there"), [(1.0, True), (0.5, True), (0.01, False)])
def test_a_gpu_answers_where_enough_rows_are_allowed_and_a_filter_holds_anyway(
    big: tuple[Vectors, FaissIndex], monkeypatch: pytest.MonkeyPatch, share: float, there: bool
) -> None:
    rows, _ = big
    gpu = StandIn(rows)
    monkeypatch.setattr(module, "_on_gpu", lambda *_: gpu)
    monkeypatch.setattr(module, "_EXACT_ALLOWED", 100)
    index = FaissIndex(DIMENSION, rows, train_base(rows, exact_below=1000))
    allowed = np.random.default_rng(2).random(len(rows)) < share
    index.remove([int(np.flatnonzero(allowed)[0])])
    expected = allowed.copy()
    expected[np.flatnonzero(allowed)[0]] = False
    for question in rows[:5]:
        assert found(index, question, 10, allowed) == exact(rows, question, 10, expected)
    assert (gpu.asked > 0) is there


def test_a_gpu_that_cannot_take_the_index_leaves_it_to_the_processor_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rows = unit_rows(1200)
    monkeypatch.setattr(library, "get_num_gpus", lambda: 1)
    monkeypatch.setattr(module, "place_for", lambda *_: "gpu")
    monkeypatch.delattr(library, "GpuIndexFlatConfig", raising=False)
    index = FaissIndex(DIMENSION, rows, train_base(rows, exact_below=1000))
    assert found(index, rows[3], 1) == [3]
    assert "stays on the processor" in caplog.text


def test_each_mask_is_answered_by_itself(big: tuple[Vectors, FaissIndex]) -> None:
    rows, index = big
    even = np.arange(len(rows)) % 2 == 0
    pairs = index.search_each(rows[6], 10, [even, ~even, None])
    assert [row for row, _ in pairs[0]] == exact(rows, rows[6], 10, even)
    assert {row % 2 for row, _ in pairs[1]} == {1}
    assert pairs[2] == index.search(rows[6:7], 10)[0]


def test_vectors_of_rows_come_in_the_order_asked_for_from_base_and_tail() -> None:
    rows = unit_rows(6)
    index = FaissIndex(DIMENSION, rows[:4])
    index.add([4, 5], rows[4:])
    np.testing.assert_allclose(index.rows([5, 0, 4, 0]), rows[[5, 0, 4, 0]])
    assert index.rows([]).shape == (0, DIMENSION)
    with pytest.raises(KeyError):
        index.rows([0, -1])


def test_searches_beside_additions_and_removals_never_fail_or_lie() -> None:
    rows = unit_rows(600)
    index = FaissIndex(DIMENSION, rows[:200])
    stop = threading.Event()
    wrong: list[object] = []

    def search() -> None:
        while not stop.is_set():
            for row, score in index.search(rows[5:6], 10)[0]:
                if abs(score - float(rows[row % 600] @ rows[5])) > 1e-4:
                    wrong.append((row, score))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for start in range(200, 600, 10):
        index.add(range(start, start + 10), rows[start : start + 10])
        index.remove([start - 200 + 6])
    stop.set()
    for thread in threads:
        thread.join(10)
    assert wrong == []
    assert len(index) == 560


def test_codes_without_lists_lose_nothing_also_under_a_filter() -> None:
    rows = unit_rows(3000, seed=5)
    codes = library.IndexScalarQuantizer(
        DIMENSION, library.ScalarQuantizer.QT_8bit, library.METRIC_INNER_PRODUCT
    )  # as earlier versions wrote them
    codes.train(rows)
    codes.add(rows)
    index = FaissIndex(DIMENSION, rows, codes)
    wide = np.ones(3000, dtype=np.bool_)
    wide[::5] = False
    for question in unit_rows(20, seed=6):
        assert found(index, question, 10) == exact(rows, question, 10)
        assert found(index, question, 10, wide) == exact(rows, question, 10, wide)
