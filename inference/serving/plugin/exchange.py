"""Dispatch and combine between data-parallel ranks, where vLLM's own have no implementation for CPUs.

Tokens travel to the ranks that hold their experts and their rows come back, over gloo, with a deadline for every
exchange. The combine is the exact one: an answer does not depend on how many ranks there are, as long as the kernel
computes a row the same in every company.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import vllm.model_executor.layers.fused_moe.modular_kernel as mk
from torch import Tensor

from inference.moe.confidence import sure
from inference.moe.errors import BadPlacement
from inference.moe.parallel import split
from inference.moe.parallel.combine import summed_at_source
from inference.moe.parallel.dispatch import Received, Sent, dispatch
from inference.moe.parallel.group import Group
from inference.moe.parallel.placement import NOWHERE, Placement, linear
from inference.serving.plugin import loaded
from inference.serving.plugin.activity import Watch


@dataclass(frozen=True, slots=True)
class _Step:
    """What `prepare` leaves for `finalize`."""

    sent: Sent
    received: Received
    row: Tensor
    weights: Tensor


class HouseExchange(mk.FusedMoEPrepareAndFinalizeModular):
    """The two halves of a layer around the experts; one object a layer, used by one thread."""

    def __init__(self, group: Group) -> None:
        super().__init__()
        self._group = group
        self._placement: Placement | None = None
        self._step: _Step | None = None
        self.watch: Watch | None = None
        self.confidence = 1.0

    @property
    def activation_format(self) -> Any:
        """Rows by token."""
        return mk.FusedMoEActivationFormat.Standard

    def topk_indices_dtype(self) -> torch.dtype | None:
        """Any."""
        return None

    def max_num_tokens_per_rank(self) -> int | None:
        """No limit."""
        return None

    def num_dispatchers(self) -> int:
        """How many ranks send."""
        return self._group.size

    def output_is_reduced(self) -> bool:
        """Nothing is left to sum over the ranks."""
        return True

    def prepare(
        self,
        a1: Tensor,
        topk_weights: Tensor,
        topk_ids: Tensor,
        num_experts: int,
        expert_map: Tensor | None,
        apply_router_weight_on_input: bool,
        quant_config: Any,
        defer_input_quant: bool = False,
    ) -> tuple[Tensor, None, None, Tensor, Tensor]:
        """Send a1 [tokens, hidden]; returns a row a slot, its global expert [slots, 1] and a weight of one for it.

        Raises:
            RankLost: see `Group.exchange`.
            BadPlacement: vLLM has placed the experts otherwise than in order.
        """
        del quant_config, defer_input_quant
        if self.confidence < 1:
            topk_ids, topk_weights = sure(topk_ids, topk_weights, self.confidence)
        if self.watch is not None:
            self.watch.add(topk_ids)
        placement = self._agreed(num_experts, expert_map)
        if apply_router_weight_on_input:
            a1, topk_weights = a1 * topk_weights.to(a1.dtype), torch.ones_like(topk_weights)
        physical = split.even(topk_ids, placement)
        sent, received = dispatch(a1, physical, topk_weights, placement.slots, self._group)
        row, position = (received.places >= 0).nonzero(as_tuple=True)
        held = torch.tensor(placement.held[self._group.rank])
        experts = held[received.places[row, position]][:, None]
        self._step = _Step(sent, received, row, topk_weights)
        return received.x[row], None, None, experts.to(topk_ids.dtype), torch.ones((len(row), 1))

    def finalize(
        self,
        output: Tensor,
        fused_expert_output: Tensor,
        topk_weights: Tensor,
        topk_ids: Tensor,
        apply_router_weight_on_input: bool,
        weight_and_reduce_impl: Any,
    ) -> None:
        """Return the rows and write the sums into output [tokens, hidden]. Raises RankLost."""
        del topk_weights, topk_ids, apply_router_weight_on_input, weight_and_reduce_impl
        step, self._step = self._step, None
        if step is None:
            raise RuntimeError("finalize was called without a prepare before it")
        rows = fused_expert_output.view(len(step.row), output.shape[1])
        output.copy_(summed_at_source(rows, step.row, step.received, step.sent, step.weights, self._group))

    def _agreed(self, experts: int, expert_map: Tensor | None) -> Placement:
        """The linear placement, once it is known to be vLLM's too."""
        if self._placement is None:
            placement = linear(experts, self._group.size)
            mine = [expert for expert in placement.held[self._group.rank] if expert != NOWHERE]
            theirs = mine if expert_map is None else (expert_map >= 0).nonzero()[:, 0].tolist()
            if mine != theirs:
                raise BadPlacement(
                    f"vLLM holds experts {theirs} here where {mine} are expected; serve with "
                    "`--expert-placement-strategy linear`",
                    f"vLLM 在此 rank 持有专家 {theirs}，应为 {mine}；请使用 `--expert-placement-strategy linear`",
                )
            self._placement = placement
        return self._placement


def between_ranks() -> HouseExchange:
    """The exchange of this process's expert-parallel group, with the deadline of the settings.

    Raises RuntimeError when vLLM was started without our settings.
    """
    from vllm.distributed import get_dp_group, get_ep_group

    settings = loaded.settings()
    if settings is None:
        raise RuntimeError("vLLM was started without the settings of our experts (--additional-config)")
    deadline = timedelta(seconds=settings.deadline)
    _bound(get_dp_group(), deadline)
    return HouseExchange(Group(get_ep_group().cpu_group, deadline))


def _bound(ranks: Any, deadline: timedelta) -> None:
    """Before each step vLLM asks all data-parallel ranks how many tokens they have, and would wait half an hour."""
    from torch.distributed import distributed_c10d

    for group in (ranks.cpu_group, ranks.device_group):
        distributed_c10d._set_pg_timeout(deadline, group)  # noqa: SLF001 - the only way once a group is made
