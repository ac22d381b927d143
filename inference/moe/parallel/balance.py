"""A placement from observed load, and how even it is.

The greedy of DeepSeek's EPLB (replicate the expert with the highest load a replica, then pack the heaviest replica onto
the emptiest rank), with one difference: two replicas of an expert never share a rank, where the second would be memory
for nothing. `rebalance` is for a placement that is in use.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inference.moe.errors import BadPlacement
from inference.moe.parallel.placement import NOWHERE, Placement, of


@dataclass(frozen=True, slots=True)
class Balance:
    """Mean over max of the ranks' load, a layer and a step each: 1 is even. The low end is what a user waits for."""

    mean: float
    fifth_percentile: float


def place(load: Tensor, ranks: int, slots: int, previous: Placement | None = None) -> Placement:
    """Spread experts by load [experts] (slots routed to each, any unit), with ranks * slots places.

    Raises:
        BadPlacement: there are fewer places than experts.
    """
    experts = len(load)
    if ranks * slots < experts:
        raise BadPlacement(
            f"{ranks * slots} places cannot hold {experts} experts", f"{ranks * slots} 个位置放不下 {experts} 个专家"
        )
    weight = load.double()
    replicas = wanted_replicas(weight, ranks, slots)
    share = weight / replicas
    held: list[list[int]] = [[] for _ in range(ranks)]
    loads = [0.0] * ranks
    for expert in sorted(range(experts), key=lambda one: (-float(share[one]), one)):
        for _ in range(int(replicas[expert])):
            rank = _emptiest(held, loads, slots, expert, share)
            held[rank].append(expert)
            loads[rank] += float(share[expert])
    return _settled(of(experts, held, slots), previous)


def wanted_replicas(weight: Tensor, ranks: int, slots: int) -> Tensor:
    """Replicas of each expert [experts] int64 for weight [experts] float64, at most one a rank.

    The next replica goes to the expert that has the most load a replica.
    """
    replicas = torch.ones(len(weight), dtype=torch.int64)
    for _ in range(ranks * slots - len(weight)):
        share = torch.where(replicas < ranks, weight / replicas, -1.0)
        if float(share.max()) <= 0:
            break  # nobody would use another
        replicas[share.argmax()] += 1
    return replicas


def _emptiest(held: list[list[int]], loads: list[float], slots: int, expert: int, share: Tensor) -> int:
    """The rank with the least load that has a place and not this expert.

    Where every rank with a place has it already, another of its experts moves over to make room.
    """
    free = [rank for rank, mine in enumerate(held) if len(mine) < slots]
    fitting = [rank for rank in free if expert not in held[rank]]
    if fitting:
        return min(fitting, key=lambda rank: (loads[rank], rank))
    full = min((rank for rank in range(len(held)) if expert not in held[rank]), key=lambda rank: (loads[rank], rank))
    other = free[0]
    moved = next(one for one in reversed(held[full]) if one not in held[other])
    held[full].remove(moved)
    held[other].append(moved)
    loads[full] -= float(share[moved])
    loads[other] += float(share[moved])
    return full


def _settled(new: Placement, previous: Placement | None) -> Placement:
    """The same sets of experts, on the ranks and places that hold most of them already."""
    if previous is None or (previous.ranks, previous.slots) != (new.ranks, new.slots):
        return new
    wanted = [set(mine) - {NOWHERE} for mine in new.held]
    common = sorted(
        (
            (len(mine & set(old)), -rank, -at)
            for rank, mine in enumerate(wanted)
            for at, old in enumerate(previous.held)
        ),
        reverse=True,
    )
    target: dict[int, int] = {}
    for _, rank, at in common:
        if -rank not in target and -at not in target.values():
            target[-rank] = -at
    held: list[tuple[int, ...]] = [()] * new.ranks
    for rank, at in target.items():
        held[at] = _in_place(wanted[rank], previous.held[at])
    return Placement(new.experts, tuple(held))


def _in_place(wanted: set[int], old: tuple[int, ...]) -> tuple[int, ...]:
    """`wanted` experts, each at the place it had; the others in the places that are left."""
    arriving = iter(sorted(wanted - set(old)))
    return tuple(expert if expert in wanted else next(arriving, NOWHERE) for expert in old)


def rank_loads(physical: Tensor, placement: Placement) -> Tensor:
    """Slots computed by each rank, [ranks] int64, for physical slots [tokens, top_k]."""
    real = physical[physical >= 0]
    return torch.bincount(real // placement.slots, minlength=placement.ranks)


def balancedness(loads: Tensor) -> Balance:
    """Evenness of loads [layers or steps, ranks]; a step without any slot counts as even.

    vLLM logs the ratio of sums over layers, in which good layers hide bad ones; so here the ratio comes first.
    """
    busiest = loads.max(1).values.double()
    ratio = torch.where(busiest > 0, loads.double().mean(1) / busiest.clamp_min(1), 1.0)
    return Balance(float(ratio.mean()), float(ratio.quantile(0.05)))
