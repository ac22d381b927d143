from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from inference.moe.parallel import split
from inference.moe.parallel.balance import place, rank_loads
from inference.moe.parallel.placement import Placement, linear, of

PLACEMENT = of(4, [[0, 1], [0, 2], [0, 3]], 2)


@st.composite
def batches(draw: Any) -> tuple[Placement, list[Tensor]]:
    """A placement with replicas, and the ids that each of its ranks routes."""
    experts, ranks = draw(st.integers(2, 9)), draw(st.integers(1, 4))
    slots = -(-experts // ranks) + draw(st.integers(0, 2))
    load = torch.tensor(draw(st.lists(st.integers(0, 50), min_size=experts, max_size=experts)))
    top_k = draw(st.integers(1, 3))
    rows = st.lists(st.lists(st.integers(-1, experts - 1), min_size=top_k, max_size=top_k), max_size=12)
    ids = [torch.tensor(draw(rows), dtype=torch.int32).view(-1, top_k) for _ in range(ranks)]
    return place(load, ranks, slots), ids


def experts_at(physical: Tensor, placement: Placement) -> Tensor:
    flat = torch.tensor([expert for mine in placement.held for expert in mine] + [-1])
    return flat[physical]


@given(batches())
def test_every_slot_goes_to_a_replica_of_its_expert(batch: Any) -> None:
    placement, ids = batch
    counts = torch.stack([split.count(mine, placement.experts) for mine in ids])
    for rank, mine in enumerate(ids):
        for physical in (split.even(mine, placement, rank), split.level(mine, placement, counts, rank)):
            assert torch.equal(experts_at(physical, placement), mine.long())


@given(batches())
def test_level_gives_each_replica_its_quota_over_all_ranks(batch: Any) -> None:
    placement, ids = batch
    counts = torch.stack([split.count(mine, placement.experts) for mine in ids])
    wanted = split.quotas(counts.sum(0), placement)
    assert torch.equal(wanted.sum(1), counts.sum(0))
    physical = torch.cat([split.level(mine, placement, counts, rank).flatten() for rank, mine in enumerate(ids)])
    got = torch.bincount(physical[physical >= 0], minlength=placement.ranks * placement.slots)
    for expert in range(placement.experts):
        mine = placement.table[expert, : placement.replicas[expert]]
        assert got[mine].tolist() == wanted[expert, : len(mine)].tolist()


@given(batches())
def test_level_is_never_less_even_than_even(batch: Any) -> None:
    placement, ids = batch
    counts = torch.stack([split.count(mine, placement.experts) for mine in ids])
    turns = torch.cat([split.even(mine, placement, rank).flatten() for rank, mine in enumerate(ids)])
    level = torch.cat([split.level(mine, placement, counts, rank).flatten() for rank, mine in enumerate(ids)])
    assert rank_loads(level, placement).max() <= rank_loads(turns, placement).max()


def test_tokens_take_replicas_in_turn() -> None:
    ids = torch.zeros(4, 1, dtype=torch.int32)
    assert split.even(ids, PLACEMENT).flatten().tolist() == [0, 2, 4, 0]
    assert split.even(ids, PLACEMENT, first_token=2).flatten().tolist() == [4, 0, 2, 4]


def test_a_rank_that_is_busy_with_others_takes_fewer_of_the_replicated() -> None:
    counts = torch.tensor([9, 6, 0, 3])
    assert split.quotas(counts, PLACEMENT)[0].tolist() == [0, 6, 3]


def test_what_does_not_divide_goes_to_the_lower_rank() -> None:
    assert split.quotas(torch.tensor([8, 0, 0, 0]), PLACEMENT)[0].tolist() == [3, 3, 2]


def test_counting_leaves_out_what_no_expert_computes() -> None:
    assert split.count(torch.tensor([[0, -1], [2, 2]]), 4).tolist() == [1, 0, 2, 0]


def test_one_replica_each_leaves_nothing_to_split() -> None:
    ids = torch.tensor([[0, 3], [2, 1]])
    placement = linear(4, 2)
    counts = split.count(ids, 4)[None].repeat(2, 1)
    assert torch.equal(split.even(ids, placement), ids)
    assert torch.equal(split.level(ids, placement, counts, 0), ids)
