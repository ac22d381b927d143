"""The losses at their known values."""

from __future__ import annotations

import math

import pytest
import torch

from inference.specialise import objectives


def test_an_even_router_has_a_balance_of_one_and_a_collapsed_one_of_as_many_as_there_are_experts() -> None:
    even = torch.zeros(10, 4)
    assert objectives.balance([even, even], torch.full((2, 4), 0.25)).item() == pytest.approx(1.0)
    collapsed = torch.tensor([[50.0, 0, 0, 0]]).expand(10, 4)
    alone = torch.tensor([[1.0, 0, 0, 0]])
    assert objectives.balance([collapsed], alone).item() == pytest.approx(4.0)


def test_balance_pushes_away_from_the_loaded_expert() -> None:
    logits = torch.zeros(6, 3, requires_grad=True)
    objectives.balance([logits], torch.tensor([[0.8, 0.1, 0.1]])).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert (logits.grad[:, 0] > 0).all()
    assert (logits.grad[:, 1:] < 0).all()


def test_a_router_that_knows_nothing_of_domains_loses_the_logarithm_of_the_experts() -> None:
    assert objectives.domain([torch.zeros(5, 4)], 2).item() == pytest.approx(math.log(4))
    sure = torch.tensor([[0.0, 0, 30.0, 0]])
    assert objectives.domain([sure], 2).item() == pytest.approx(0.0, abs=1e-6)
    assert objectives.domain([sure], 1).item() > 20


def test_the_next_token_is_predicted_and_the_last_predicts_nothing() -> None:
    ids = torch.tensor([3, 1, 2])
    knows = torch.full((3, 5), -30.0)
    knows[0, 1] = knows[1, 2] = 30.0
    assert objectives.next_token(knows, ids).item() == pytest.approx(0.0, abs=1e-6)
    assert objectives.next_token(torch.zeros(3, 5), ids).item() == pytest.approx(math.log(5))


def test_load_counts_slots_of_each_layer() -> None:
    found = objectives.load([torch.tensor([[0, 1], [0, 2]]), torch.tensor([[3, 3], [3, 3]])], 4)
    assert found.tolist() == [[0.5, 0.25, 0.25, 0.0], [0.0, 0.0, 0.0, 1.0]]
