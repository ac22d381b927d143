"""Adaptive top-k: who is left out, and that what is left weighs the same."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inference.moe.confidence import sure

IDS = torch.tensor([[3, 1, 2], [0, 2, 1]], dtype=torch.int32)
WEIGHTS = torch.tensor([[0.1, 0.7, 0.2], [0.4, 0.35, 0.25]])


@pytest.mark.parametrize(
    ("share", "kept"),
    [
        (0.5, [[-1, 1, -1], [0, 2, -1]]),
        (0.75, [[-1, 1, 2], [0, 2, -1]]),
        (0.9, [[-1, 1, 2], [0, 2, 1]]),
        (1.0, [[3, 1, 2], [0, 2, 1]]),
    ],
)
def test_the_fewest_that_hold_the_share_are_kept(share: float, kept: list[list[int]]) -> None:
    ids, weights = sure(IDS, WEIGHTS, share)
    assert ids.tolist() == kept
    assert ids.dtype is torch.int32
    torch.testing.assert_close(weights.sum(1), WEIGHTS.sum(1))
    assert bool((weights[ids < 0] == 0).all())


def test_one_expert_a_token_is_never_left_out() -> None:
    ids, weights = sure(torch.tensor([[5]]), torch.tensor([[0.0]]), 0.01)
    assert (ids.tolist(), weights.tolist()) == ([[5]], [[0.0]])


def test_an_empty_batch_stays_empty() -> None:
    ids, weights = sure(torch.zeros((0, 2), dtype=torch.int32), torch.zeros((0, 2)), 0.5)
    assert ids.shape == weights.shape == (0, 2)


@given(
    rows=st.lists(st.lists(st.floats(0.015625, 1, width=32), min_size=4, max_size=4), min_size=1, max_size=5),
    share=st.floats(0.1, 1),
)
def test_what_is_kept_holds_the_share_and_one_less_would_not(rows: list[list[float]], share: float) -> None:
    given_weights = torch.tensor(rows)
    ids, weights = sure(torch.arange(4).expand(len(rows), 4), given_weights, share)
    for row, kept, scaled in zip(given_weights, ids, weights, strict=True):
        mine = row[kept >= 0]
        assert mine.sum() >= share * row.sum() * (1 - 1e-5)
        assert (mine.sum() - mine.min()) <= share * row.sum() * (1 + 1e-5)
        assert mine.min() >= row[kept < 0].max() if (kept < 0).any() else True
        torch.testing.assert_close(scaled.sum(), row.sum())


def test_the_order_of_a_tokens_experts_does_not_matter() -> None:
    ids, weights = sure(IDS, WEIGHTS, 0.75)
    turned_ids, turned_weights = sure(IDS.flip(1), WEIGHTS.flip(1), 0.75)
    assert torch.equal(turned_ids.flip(1), ids)
    torch.testing.assert_close(turned_weights.flip(1), weights)


def test_equally_likely_experts_are_kept_from_the_front() -> None:
    ids, weights = sure(torch.tensor([[4, 5]]), torch.tensor([[0.5, 0.5]]), 0.5)
    assert ids.tolist() == [[4, -1]]
    assert weights.tolist() == [[1.0, 0.0]]
