"""From one placement to another while the layer keeps working.

Weights that have to move travel a few experts at a time, between the steps of the layer, into places beside those in
use; when the last one is there every rank changes over at once. Until then all answers come from the old placement, so
nothing has to stop, and a rank lost on the way leaves the old placement whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from inference.moe.parallel.group import Group
from inference.moe.parallel.placement import NOWHERE, Placement


@dataclass(frozen=True, slots=True)
class Move:
    """An expert's weights from a physical slot of the old placement to one of the new."""

    expert: int
    source: int
    target: int


def moves(old: Placement, new: Placement) -> list[Move]:
    """What has to travel, in the order of targets. An expert's replicas lend in turn, so that no rank sends everything.

    An expert that changes its place on the same rank is a move without travel.
    """
    listed = []
    lent: dict[int, int] = {}
    for rank, mine in enumerate(new.held):
        for at, expert in enumerate(mine):
            if expert == NOWHERE or old.held[rank][at : at + 1] == (expert,):
                continue
            listed.append(Move(expert, _source(old, expert, rank, lent), rank * new.slots + at))
    return listed


def _source(old: Placement, expert: int, rank: int, lent: dict[int, int]) -> int:
    holders: list[int] = old.table[expert, : int(old.replicas[expert])].tolist()
    for slot in holders:
        if slot // old.slots == rank:
            return slot
    lent[expert] = lent.get(expert, -1) + 1
    return holders[lent[expert] % len(holders)]


def travelling(listed: list[Move], old: Placement, new: Placement) -> list[Move]:
    """Those that change their rank."""
    return [move for move in listed if move.source // old.slots != move.target // new.slots]


class Migration:
    """One change of placement on one rank. All ranks make it from the same two placements and advance it equally often.

    `weights`: [slots, ...] of this rank by place, old layout. After `done` is true, `result` is the new layout.
    """

    def __init__(self, weights: Tensor, old: Placement, new: Placement, group: Group) -> None:
        """Room for the new layout is made at once: a rank holds its experts twice until the change is over."""
        self._old, self._new, self._group, self._weights = old, new, group, weights
        self._result = weights.new_zeros((new.slots, *weights.shape[1:]))
        self._waiting = moves(old, new)
        self._keep()

    @property
    def done(self) -> bool:
        """Whether every expert has arrived, on every rank."""
        return not self._waiting

    @property
    def result(self) -> Tensor:
        """The new layout [slots, ...]. Raises RuntimeError before it is done."""
        if not self.done:
            raise RuntimeError(f"{len(self._waiting)} experts are still on their way; call `advance` between steps")
        return self._result

    def advance(self, experts: int = 1) -> bool:
        """Move that many experts in one exchange; true when this was the last. Raises RankLost."""
        batch, self._waiting = self._waiting[:experts], self._waiting[experts:]
        rank, size = self._group.rank, self._group.size
        leaving = [move for move in batch if move.source // self._old.slots == rank]
        coming = [move for move in batch if move.target // self._new.slots == rank]
        leaving.sort(key=lambda move: (move.target // self._new.slots, move.target))
        coming.sort(key=lambda move: (move.source // self._old.slots, move.target))
        sent = _counted([move.target // self._new.slots for move in leaving], size)
        received = _counted([move.source // self._old.slots for move in coming], size)
        rows = self._weights[[move.source % self._old.slots for move in leaving]]
        got = self._group.exchange(rows, sent, received, "migration")
        self._result[[move.target % self._new.slots for move in coming]] = got
        return self.done

    def _keep(self) -> None:
        old, new = self._old.held[self._group.rank], self._new.held[self._group.rank]
        for at, expert in enumerate(new):
            if expert != NOWHERE and at < len(old) and old[at] == expert:
                self._result[at] = self._weights[at]


def _counted(ranks: list[int], size: int) -> list[int]:
    return [ranks.count(rank) for rank in range(size)]
