"""Which replica of an expert computes a slot.

EVEN takes a token's number: no rank has to know what the others route. LEVEL knows the counts of the batch on every
rank and gives each replica the share that levels the ranks: placement is nearly optimal for the average load, what is
left is the noise of each batch, and only a split that sees the batch can remove it (DeepSeek's LPLB solves the same as
a linear programme; here it is water-filling, repeated until it stands still, which needs no solver).
"""

from __future__ import annotations

from enum import Enum

import torch
from torch import Tensor

from inference.moe.parallel.placement import NOWHERE, Placement

_SWEEPS = 8
"""Rounds over the replicated experts; with more the largest rank falls by less than a slot in a thousand."""


class Split(Enum):
    """How slots are spread over replicas."""

    EVEN = "even"
    LEVEL = "level"


def even(ids: Tensor, placement: Placement, first_token: int = 0) -> Tensor:
    """Replicas in turn.

    Args:
        ids: [tokens, top_k] integer, global expert or -1.
        placement: where experts are.
        first_token: number of the first token, so that ranks do not all begin with the same replica.

    Returns:
        [tokens, top_k] int64 physical slots, -1 where ids are.
    """
    experts = ids.long().clamp_min(0)
    token = torch.arange(first_token, first_token + len(ids))[:, None]
    chosen = placement.table[experts, token % placement.replicas[experts]]
    return torch.where(ids >= 0, chosen, NOWHERE)


def quotas(counts: Tensor, placement: Placement) -> Tensor:
    """How many slots each replica takes so that the fullest rank has as few as can be.

    Args:
        counts: [experts] int64, slots of the whole batch.
        placement: where experts are.

    Returns:
        [experts, most replicas] int64, rows sum to counts.
    """
    table, replicas = placement.table, placement.replicas
    ranks = torch.where(table == NOWHERE, 0, table // placement.slots)
    given = torch.zeros_like(table)
    single = replicas == 1
    given[single, 0] = counts[single]
    load = torch.zeros(placement.ranks, dtype=torch.int64).index_add_(0, ranks[:, 0], given[:, 0])
    several = [expert for expert in counts.argsort(descending=True, stable=True).tolist() if not single[expert]]
    for _ in range(_SWEEPS):
        before = given.clone()
        for expert in several:
            mine = ranks[expert, : replicas[expert]]
            load[mine] -= given[expert, : len(mine)]
            share = _fill(load[mine], int(counts[expert]))
            given[expert, : len(mine)] = share
            load[mine] += share
        if torch.equal(before, given):
            break
    return given


def _fill(levels: Tensor, amount: int) -> Tensor:
    """Pour `amount` into vessels of these levels; whole numbers, what does not divide goes to the lowest numbers."""
    order = levels.argsort(stable=True)
    rising = levels[order]
    numbers = torch.arange(1, len(levels) + 1)
    needed = rising * numbers - rising.cumsum(0)  # to lift the first n to the level of the n-th
    wet = int((needed <= amount).sum())
    total = int(rising[:wet].sum()) + amount
    surface = torch.full((wet,), total // wet) + (torch.arange(wet) < total % wet)
    share = torch.zeros_like(levels)
    share[order[:wet]] = surface - rising[:wet]
    return share


def level(ids: Tensor, placement: Placement, counts: Tensor, rank: int) -> Tensor:
    """Replicas by quota, taken by the batch's slots in the order of rank, then token.

    Args:
        ids: [tokens, top_k] integer, this rank's.
        placement: where experts are.
        counts: [ranks, experts] int64, slots by expert on every rank.
        rank: this one.

    Returns:
        [tokens, top_k] int64 physical slots, -1 where ids are.
    """
    flat = ids.flatten().long()
    real = (flat >= 0).nonzero()[:, 0]
    order = real[flat[real].argsort(stable=True)]
    expert = flat[order]
    mine = counts[rank]
    nth = torch.arange(len(order)) - (mine.cumsum(0) - mine)[expert] + counts[:rank].sum(0)[expert]
    ends = quotas(counts.sum(0), placement).cumsum(1)
    replica = (nth[:, None] >= ends[expert]).sum(1)
    chosen = torch.full_like(flat, NOWHERE)
    chosen[order] = placement.table[expert, replica]
    return chosen.view_as(ids)


def count(ids: Tensor, experts: int) -> Tensor:
    """Slots by expert, [experts] int64; ids of -1 count nowhere."""
    flat = ids.flatten().long()
    return torch.bincount(flat[flat >= 0], minlength=experts)
