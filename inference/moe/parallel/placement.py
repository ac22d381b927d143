"""Which rank holds which expert. A physical slot is rank * slots_per_rank + place on the rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from inference.moe.errors import BadPlacement

NOWHERE = -1


@dataclass(frozen=True)
class Placement:
    """`held[rank]`: the experts of that rank by place, -1 where a place is empty. All ranks have as many places."""

    experts: int
    held: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if len({len(mine) for mine in self.held}) != 1:
            raise BadPlacement("ranks must have equally many places", "各 rank 的专家位数必须相同")
        named = {expert for mine in self.held for expert in mine if expert != NOWHERE}
        if named != set(range(self.experts)):
            wrong = sorted(named ^ set(range(self.experts)))
            raise BadPlacement(
                f"experts {wrong} are unknown or held by no rank; each must be held by one at least",
                f"专家 {wrong} 不存在或未被放置；每个专家至少要由一个 rank 持有",
            )
        for rank, mine in enumerate(self.held):
            real = [expert for expert in mine if expert != NOWHERE]
            if len(real) != len(set(real)):
                raise BadPlacement(f"rank {rank} holds an expert twice", f"rank {rank} 重复持有同一专家")

    @property
    def ranks(self) -> int:
        """How many ranks there are."""
        return len(self.held)

    @property
    def slots(self) -> int:
        """Places on each rank."""
        return len(self.held[0])

    @cached_property
    def replicas(self) -> Tensor:
        """[experts] int64: on how many ranks each expert is."""
        return (self.table != NOWHERE).sum(1)

    @cached_property
    def table(self) -> Tensor:
        """[experts, most replicas] int64: the physical slots of each expert in ascending order, then -1."""
        where: list[list[int]] = [[] for _ in range(self.experts)]
        for rank, mine in enumerate(self.held):
            for place, expert in enumerate(mine):
                if expert != NOWHERE:
                    where[expert].append(rank * self.slots + place)
        most = max(len(slots) for slots in where)
        return torch.tensor([slots + [NOWHERE] * (most - len(slots)) for slots in where], dtype=torch.int64)


def linear(experts: int, ranks: int) -> Placement:
    """Experts in order, as evenly as they divide: 10 on 4 ranks are 3, 3, 2, 2. Raises BadPlacement below one rank."""
    if experts < 1 or ranks < 1:
        raise BadPlacement("there must be an expert and a rank", "至少需要一个专家和一个 rank")
    slots = -(-experts // ranks)
    starts = [rank * (experts // ranks) + min(rank, experts % ranks) for rank in range(ranks + 1)]
    held = [list(range(starts[rank], starts[rank + 1])) for rank in range(ranks)]
    return of(experts, held, slots)


def of(experts: int, held: Sequence[Sequence[int]], slots: int) -> Placement:
    """A placement from the experts of each rank; places that are left over stay empty."""
    return Placement(experts, tuple((*mine, *(NOWHERE for _ in range(slots - len(mine)))) for mine in held))
