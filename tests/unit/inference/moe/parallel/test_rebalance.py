from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st

from inference.moe.parallel.balance import place
from inference.moe.parallel.migrate import moves, travelling
from inference.moe.parallel.placement import linear, of
from inference.moe.parallel.rebalance import TOLERANCE, fullest, rebalance

cases = st.integers(1, 4).flatmap(
    lambda ranks: st.integers(ranks, 4 * ranks).flatmap(
        lambda experts: st.tuples(
            st.just(ranks),
            st.integers(0, 3),
            *(st.lists(st.integers(0, 100), min_size=experts, max_size=experts) for _ in range(2)),
        )
    )
)


@given(cases)
def test_any_change_of_load_ends_as_even_as_a_fresh_start(drawn: Any) -> None:
    ranks, spare, before, after = drawn
    slots = -(-len(before) // ranks) + spare
    old, load = place(torch.tensor(before), ranks, slots), torch.tensor(after)
    new = rebalance(load, old)
    assert fullest(load, new) <= fullest(load, place(load, ranks, slots)) * (1 + TOLERANCE) + 1e-9


def test_a_load_that_has_not_changed_moves_nothing() -> None:
    load = torch.rand(32, generator=torch.Generator().manual_seed(1))
    old = place(load, 4, 10)
    assert rebalance(load, old) == old


def test_noise_moves_few_experts_where_a_fresh_start_moves_most() -> None:
    draw = torch.Generator().manual_seed(2)
    load = torch.exp(0.7 * torch.randn(128, generator=draw))
    old = place(load, 8, 18)
    changed = load * (1 + 0.05 * torch.rand(128, generator=draw))
    new, fresh = rebalance(changed, old), place(changed, 8, 18)
    assert len(travelling(moves(old, new), old, new)) <= 8
    assert len(travelling(moves(old, fresh), old, fresh)) > 40


def test_an_expert_that_became_busy_gets_the_replica_of_one_that_is_not() -> None:
    old = of(4, [[0, 1, 2], [0, 3]], 3)
    new = rebalance(torch.tensor([1, 2, 2, 90]), old)
    assert (old.replicas[3], new.replicas[3]) == (1, 2)


def test_two_experts_change_places_when_that_is_enough() -> None:
    new = rebalance(torch.tensor([10, 9, 1, 2]), linear(4, 2))
    assert sorted(map(sorted, new.held)) in ([[0, 2], [1, 3]], [[0, 3], [1, 2]])
    assert fullest(torch.tensor([10, 9, 1, 2]), new) == 11


def test_what_stays_keeps_its_place() -> None:
    old = of(4, [[0, 1], [2, 3]], 3)
    new = rebalance(torch.tensor([8, 8, 1, 1]), old)
    for mine, before in zip(new.held, old.held, strict=True):
        for at, expert in enumerate(before):
            assert mine[at] == expert or expert not in mine
