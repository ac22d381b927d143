"""A placement for a new load that moves few experts.

Starting anew from the load gives the evenest placement and, after the smallest change of load, another one: nearly
every expert would travel. So the old placement is kept and mended: replicas that are wanted elsewhere go there, then
experts of the fullest rank change places with others as long as that lowers it. (The idea of few exchanges is that of
vllm-ascend's SwiftBalancer.)
"""

from __future__ import annotations

import torch
from torch import Tensor

from inference.moe.parallel.balance import place, wanted_replicas
from inference.moe.parallel.placement import NOWHERE, Placement, of

TOLERANCE = 0.02
"""How much fuller than with a fresh start the fullest rank may be."""


def rebalance(load: Tensor, previous: Placement, tolerance: float = TOLERANCE) -> Placement:
    """Mend `previous` for load [experts]; where that does not come within the tolerance, start anew.

    Raises:
        BadPlacement: load has another number of experts than there are places for.
    """
    fresh = place(load, previous.ranks, previous.slots, previous)
    goal = fullest(load, fresh) * (1 + tolerance)
    mended = _Mending(load, previous)
    mended.replicate()
    mended.exchange(goal)
    found = of(previous.experts, mended.held, previous.slots)
    return _as_before(found, previous) if fullest(load, found) <= goal else fresh


def fullest(load: Tensor, placement: Placement) -> float:
    """Load of the fullest rank, when each replica takes an equal part of its expert's."""
    share = load.double() / placement.replicas
    return max(sum(float(share[expert]) for expert in mine if expert != NOWHERE) for mine in placement.held)


class _Mending:
    """A placement on its way. `held`: experts by rank, without empty places."""

    def __init__(self, load: Tensor, previous: Placement) -> None:
        self.held = [[expert for expert in mine if expert != NOWHERE] for mine in previous.held]
        self._slots = previous.slots
        self._have = previous.replicas.tolist()
        self._want = wanted_replicas(load.double(), previous.ranks, previous.slots).tolist()
        self._share: list[float] = (load.double() / torch.tensor(self._want)).tolist()

    def replicate(self) -> None:
        """Take replicas that are not wanted any more from the fullest ranks, give new ones to the emptiest."""
        for expert, (have, want) in enumerate(zip(self._have, self._want, strict=True)):
            for _ in range(have - want):
                self.held[max(self._with(expert), key=self._load)].remove(expert)
        for expert, (have, want) in enumerate(zip(self._have, self._want, strict=True)):
            for _ in range(want - have):
                self._add(expert)

    def exchange(self, goal: float) -> None:
        """Lower the fullest rank until it is at the goal, or no exchange with another lowers it."""
        for _ in range(4 * len(self.held) * self._slots):  # each one lowers a rank: a bound, not a setting
            loads = [self._load(rank) for rank in range(len(self.held))]
            full = max(range(len(loads)), key=loads.__getitem__)
            if loads[full] <= goal:
                return
            best = min(self._exchanges(full, loads), default=None)
            if best is None or best[0] >= loads[full] - 1e-9 * loads[full]:
                return
            _, mine, other, theirs = best
            self._swap(full, mine, other, theirs)

    def _exchanges(self, full: int, loads: list[float]) -> list[tuple[float, int, int, int]]:
        """Exchanges of an expert of `full` with another rank's, or an empty place (-1): the fuller load, and who."""
        found = []
        for other in range(len(loads)):
            if other == full:
                continue
            gifts = [one for one in self.held[full] if one not in self.held[other]]
            returns = [one for one in self.held[other] if one not in self.held[full]]
            if len(self.held[other]) < self._slots:
                returns.append(NOWHERE)
            for mine in gifts:
                for theirs in returns:
                    shift = self._share[mine] - (self._share[theirs] if theirs != NOWHERE else 0.0)
                    if shift > 0:
                        found.append((max(loads[full] - shift, loads[other] + shift), mine, other, theirs))
        return found

    def _swap(self, full: int, mine: int, other: int, theirs: int) -> None:
        self.held[full].remove(mine)
        self.held[other].append(mine)
        if theirs != NOWHERE:
            self.held[other].remove(theirs)
            self.held[full].append(theirs)

    def _add(self, expert: int) -> None:
        without = [rank for rank in range(len(self.held)) if expert not in self.held[rank]]
        free = [rank for rank in without if len(self.held[rank]) < self._slots]
        if free:
            self.held[min(free, key=self._load)].append(expert)
            return
        rank = min(without, key=self._load)
        room = next(one for one in range(len(self.held)) if len(self.held[one]) < self._slots)
        moved = next(one for one in self.held[rank] if one not in self.held[room])
        self._swap(rank, moved, room, NOWHERE)
        self.held[rank].append(expert)

    def _with(self, expert: int) -> list[int]:
        return [rank for rank, mine in enumerate(self.held) if expert in mine]

    def _load(self, rank: int) -> float:
        return sum(self._share[expert] for expert in self.held[rank])


def _as_before(found: Placement, previous: Placement) -> Placement:
    """Every expert that stayed on its rank at the place it had."""
    held = []
    for mine, old in zip(found.held, previous.held, strict=True):
        arriving = iter(sorted({one for one in mine if one != NOWHERE} - set(old)))
        held.append(tuple(one if one in mine else next(arriving, NOWHERE) for one in old))
    return Placement(found.experts, tuple(held))
