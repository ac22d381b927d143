from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.metrics import ndcg_at, recall_at, reciprocal_rank_at

RANKING = st.lists(st.sampled_from("abcdefgh"), unique=True)
RELEVANT = st.sets(st.sampled_from("abcdefgh"))


def test_the_right_document_first_is_perfect() -> None:
    assert recall_at(1, ["a", "b"], {"a"}) == 1.0
    assert reciprocal_rank_at(10, ["a", "b"], {"a"}) == 1.0
    assert ndcg_at(10, ["a", "b"], {"a"}) == 1.0


def test_the_right_document_third() -> None:
    ranking = ["x", "y", "a"]
    assert recall_at(1, ranking, {"a"}) == 0.0
    assert recall_at(5, ranking, {"a"}) == 1.0
    assert reciprocal_rank_at(10, ranking, {"a"}) == pytest.approx(1 / 3)
    assert ndcg_at(10, ranking, {"a"}) == pytest.approx(1 / math.log2(4))


def test_two_right_documents_one_found() -> None:
    assert recall_at(5, ["a", "x"], {"a", "b"}) == 0.5
    assert recall_at(1, ["a", "x"], {"a", "b"}) == 1.0
    assert ndcg_at(10, ["a", "x"], {"a", "b"}) == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_a_hit_beyond_the_depth_does_not_count() -> None:
    ranking = [*"bcdefghijk", "a"]
    assert recall_at(10, ranking, {"a"}) == 0.0
    assert reciprocal_rank_at(10, ranking, {"a"}) == 0.0
    assert ndcg_at(10, ranking, {"a"}) == 0.0


def test_nothing_relevant_scores_nothing() -> None:
    assert recall_at(5, ["a"], set()) == 0.0
    assert ndcg_at(5, ["a"], set()) == 0.0
    assert reciprocal_rank_at(5, [], {"a"}) == 0.0


@given(st.integers(1, 10), RANKING, RELEVANT)
def test_all_figures_lie_between_zero_and_one(depth: int, ranking: list[str], relevant: set[str]) -> None:
    for figure in (recall_at, reciprocal_rank_at, ndcg_at):
        assert 0.0 <= figure(depth, ranking, relevant) <= 1.0 + 1e-9


@given(st.integers(1, 9), RANKING, RELEVANT)
def test_the_first_find_is_never_lost_by_looking_deeper(depth: int, ranking: list[str], relevant: set[str]) -> None:
    assert reciprocal_rank_at(depth + 1, ranking, relevant) >= reciprocal_rank_at(depth, ranking, relevant)


@given(RANKING.filter(bool), st.data())
def test_putting_the_right_one_first_is_best(ranking: list[str], data: st.DataObject) -> None:
    right = data.draw(st.sampled_from(ranking))
    first = [right, *(other for other in ranking if other != right)]
    assert ndcg_at(10, first, {right}) >= ndcg_at(10, ranking, {right})
