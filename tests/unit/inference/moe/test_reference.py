from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inference.moe import reference


def test_the_most_likely_experts_are_chosen_and_their_shares_kept() -> None:
    logits = torch.tensor([[0.0, 2.0, 1.0]])
    routing = reference.route(logits, 2, renormalise=False)
    assert routing.ids.tolist() == [[1, 2]]
    assert torch.allclose(routing.weights, torch.softmax(logits, -1)[:, [1, 2]])


def test_renormalised_shares_sum_to_one() -> None:
    routing = reference.route(torch.randn(7, 5), 3, renormalise=True)
    assert torch.allclose(routing.weights.sum(-1), torch.ones(7))


def test_a_tie_goes_to_the_lower_id() -> None:
    assert reference.route(torch.zeros(1, 4), 2, renormalise=True).ids.tolist() == [[0, 1]]


def test_a_plan_orders_slots_by_expert_then_by_token() -> None:
    planned = reference.plan(torch.tensor([[1, 0], [0, -1], [1, 0]]), 3)
    assert planned.counts.tolist() == [3, 2, 0]
    assert planned.order.tolist() == [1, 2, 5, 0, 4]
    assert planned.place.tolist() == [3, 0, 1, -1, 4, 2]


def test_an_expert_elsewhere_is_left_out() -> None:
    planned = reference.plan(torch.tensor([[0], [1], [2]]), 1, torch.tensor([-1, 0, -1]))
    assert planned.order.tolist() == [1]


@pytest.mark.parametrize("wrong", [-2, 3])
def test_an_id_that_names_no_expert_is_refused(wrong: Any) -> None:
    with pytest.raises(IndexError, match=f"expert {wrong} of 3"):
        reference.plan(torch.tensor([[wrong]]), 3)


@given(st.lists(st.integers(-1, 4), max_size=40), st.integers(1, 3))
def test_every_computed_slot_is_in_the_plan_once(ids: Any, top_k: Any) -> None:
    ids = ids[: len(ids) // top_k * top_k]
    planned = reference.plan(torch.tensor(ids, dtype=torch.int32).view(-1, top_k), 5)
    computed = [slot for slot, expert in enumerate(ids) if expert >= 0]
    assert sorted(planned.order.tolist()) == computed
    assert planned.counts.sum() == len(computed)
    assert [planned.order[planned.place[slot]].item() for slot in computed] == computed


def test_equal_experts_compute_what_one_does_whatever_the_router_says() -> None:
    x, w13, w2 = torch.randn(6, 8), torch.randn(1, 10, 8).expand(4, -1, -1), torch.randn(1, 8, 5).expand(4, -1, -1)
    routing = reference.route(torch.randn(6, 4), 3, renormalise=True)
    assert torch.allclose(reference.experts(x, w13, w2, routing), reference.expert(x, w13[0], w2[0]), atol=1e-5)


def test_a_token_without_experts_is_zero() -> None:
    routing = reference.Routing(torch.tensor([[-1, -1]], dtype=torch.int32), torch.ones(1, 2))
    out = reference.experts(torch.randn(1, 4), torch.randn(2, 6, 4), torch.randn(2, 4, 3), routing)
    assert torch.equal(out, torch.zeros(1, 4, dtype=torch.float64))


def test_ranks_that_hold_parts_sum_to_the_whole() -> None:
    x, w13, w2 = torch.randn(9, 8), torch.randn(4, 12, 8), torch.randn(4, 8, 6)
    routing = reference.route(torch.randn(9, 4), 2, renormalise=True)
    whole = reference.experts(x, w13, w2, routing)
    held = [[0, 3], [1, 2]]
    parts = []
    for mine in held:
        table = torch.tensor([mine.index(e) if e in mine else -1 for e in range(4)])
        parts.append(reference.experts(x, w13[mine], w2[mine], routing, table))
    assert torch.allclose(sum(parts), whole)
