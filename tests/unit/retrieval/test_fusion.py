from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import ranked, reciprocal_rank_fusion

ROWS = st.lists(st.integers(0, 30), unique=True, max_size=12)
WEIGHTS = st.floats(0.1, 5)
RANKINGS = st.lists(st.tuples(ROWS, WEIGHTS), min_size=1, max_size=4)
CONSTANT = st.integers(0, 100)


def test_a_row_that_both_methods_put_first_scores_one() -> None:
    assert reciprocal_rank_fusion([([7, 1], 1.0), ([7, 2], 1.0)])[0] == (7, pytest.approx(1.0))


def test_the_paper_s_formula_by_hand() -> None:
    fused = dict(reciprocal_rank_fusion([([1, 2], 1.0), ([2], 1.0)], rank_constant=60))
    best = 2 / 61
    assert fused[1] == pytest.approx((1 / 61) / best)
    assert fused[2] == pytest.approx((1 / 62 + 1 / 61) / best)


def test_agreement_beats_one_first_place() -> None:
    order = [row for row, _ in reciprocal_rank_fusion([([1, 2], 1.0), ([3, 2], 1.0)])]
    assert order[0] == 2


def test_nothing_in_nothing_out() -> None:
    assert reciprocal_rank_fusion([]) == []
    assert reciprocal_rank_fusion([([], 1.0)]) == []


def test_a_weight_of_zero_alone_gives_nothing() -> None:
    assert reciprocal_rank_fusion([([1, 2], 0.0)]) == []


@pytest.mark.parametrize(("weight", "constant"), [(-1.0, 60), (1.0, -1)])
def test_negative_settings_are_refused(weight: float, constant: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        reciprocal_rank_fusion([([1], weight)], constant)


def test_only_the_first_place_of_a_repeated_row_counts() -> None:
    assert reciprocal_rank_fusion([([1, 1, 2], 1.0)]) == reciprocal_rank_fusion([([1, 2], 1.0)])


def test_ties_go_to_the_smaller_row() -> None:
    assert ranked({5: 0.5, 3: 0.5, 4: 0.9}) == [(4, 0.9), (3, 0.5), (5, 0.5)]


@given(RANKINGS, CONSTANT)
def test_every_row_comes_out_once_and_none_is_invented(rankings: list[tuple[list[int], float]], constant: int) -> None:
    fused = [row for row, _ in reciprocal_rank_fusion(rankings, constant)]
    assert sorted(fused) == sorted({row for ranking, _ in rankings for row in ranking})


@given(RANKINGS, CONSTANT)
def test_scores_fall_and_stay_between_zero_and_one(rankings: list[tuple[list[int], float]], constant: int) -> None:
    scores = [score for _, score in reciprocal_rank_fusion(rankings, constant)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 + 1e-9 for score in scores)


@given(RANKINGS, CONSTANT)
def test_the_order_of_the_methods_does_not_matter(rankings: list[tuple[list[int], float]], constant: int) -> None:
    there = dict(reciprocal_rank_fusion(rankings, constant))
    back = dict(reciprocal_rank_fusion(rankings[::-1], constant))
    assert there.keys() == back.keys()
    assert all(there[row] == pytest.approx(back[row]) for row in there)


@given(ROWS.filter(bool), WEIGHTS, CONSTANT)
def test_one_method_keeps_its_own_order(ranking: list[int], weight: float, constant: int) -> None:
    assert [row for row, _ in reciprocal_rank_fusion([(ranking, weight)], constant)] == ranking


@given(ROWS.filter(lambda rows: len(rows) > 1), ROWS, st.data())
def test_moving_a_row_up_never_lowers_its_score(ranking: list[int], other: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(ranking) - 1))
    row = ranking[place]
    better = [row, *ranking[:place], *ranking[place + 1 :]]
    before = dict(reciprocal_rank_fusion([(ranking, 1.0), (other, 1.0)]))[row]
    after = dict(reciprocal_rank_fusion([(better, 1.0), (other, 1.0)]))[row]
    assert after >= before


@given(RANKINGS, st.floats(0.5, 4))
def test_scaling_all_weights_changes_nothing(rankings: list[tuple[list[int], float]], factor: float) -> None:
    plain = dict(reciprocal_rank_fusion(rankings))
    scaled = dict(reciprocal_rank_fusion([(rows, weight * factor) for rows, weight in rankings]))
    assert all(plain[row] == pytest.approx(scaled[row]) for row in plain)
