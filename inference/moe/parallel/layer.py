"""A layer of routed experts over several ranks."""

from __future__ import annotations

import torch
from torch import Tensor

from inference.moe.errors import UnknownExpert
from inference.moe.parallel import combine, split
from inference.moe.parallel.combine import Combine, Compute
from inference.moe.parallel.dispatch import dispatch
from inference.moe.parallel.group import Group
from inference.moe.parallel.placement import Placement
from inference.moe.parallel.split import Split
from inference.moe.reference import Routing


class ParallelExperts:
    """Each rank routes its own tokens, computes the experts it holds, and gets its own tokens back.

    Every rank must call the layer equally often, with no tokens if it has none. `load` [experts] int64 counts the slots
    that this rank has routed to each expert so far.
    """

    def __init__(
        self,
        group: Group,
        placement: Placement,
        compute: Compute,
        *,
        split: Split = Split.EVEN,
        combine: Combine = Combine.EXACT,
    ) -> None:
        """`compute` gets places on this rank. Raises ValueError when the placement is for another number of ranks."""
        if placement.ranks != group.size:
            raise ValueError(f"a placement on {placement.ranks} ranks was given to a group of {group.size}")
        self.group, self.placement, self.compute = group, placement, compute
        self.load = torch.zeros(placement.experts, dtype=torch.int64)
        self._split, self._combine = split, combine

    def __call__(self, x: Tensor, routing: Routing) -> Tensor:
        """Output of the layer for x [tokens, hidden] -> [tokens, hidden] float32.

        Raises:
            UnknownExpert: an id names no expert; raised before anything is sent, so the other ranks see RankLost.
            RankLost: see `Group.exchange`.
        """
        if len(routing.ids) and (routing.ids.min() < -1 or routing.ids.max() >= self.placement.experts):
            raise UnknownExpert(self.placement.experts)
        counts = split.count(routing.ids, self.placement.experts)
        self.load += counts
        physical = self._physical(routing.ids, counts)
        sent, received = dispatch(x, physical, routing.weights, self.placement.slots, self.group)
        if self._combine is Combine.EXACT:
            return combine.exact(received, sent, routing.weights, self.compute, self.group)
        return combine.partial(received, sent, len(x), self.compute, self.group)

    def _physical(self, ids: Tensor, counts: Tensor) -> Tensor:
        if self._split is Split.EVEN:
            return split.even(ids, self.placement, first_token=self.group.rank)
        everywhere = self.group.gather(counts, "split (counts)")
        return split.level(ids, self.placement, everywhere, self.group.rank)
