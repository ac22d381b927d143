"""The oracle: a layer of routed experts in plain torch, in float64, one token and one expert at a time.

Slow on purpose: every step is a line that can be read, and every kernel and every way of spreading experts over ranks
is compared with it. The arithmetic is that of Mixtral and Qwen2-MoE (SwiGLU experts, top-k softmax routing).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

NOWHERE = -1
"""The id of a slot that no expert computes."""


@dataclass(frozen=True, slots=True)
class Routing:
    """ids [tokens, top_k] int32, global expert or -1; weights [tokens, top_k] float32."""

    ids: Tensor
    weights: Tensor


@dataclass(frozen=True, slots=True)
class Plan:
    """Which slots each expert computes. A slot is token * top_k + position.

    counts [experts] int64; order [slots that are computed] int64, by expert, within an expert by slot; place [tokens *
    top_k] int64, the position of each slot in `order`, or -1.
    """

    counts: Tensor
    order: Tensor
    place: Tensor


def route(logits: Tensor, top_k: int, *, renormalise: bool) -> Routing:
    """Softmax over experts, the `top_k` most likely, ties to the lower id.

    Args:
        logits: [tokens, experts], any floating dtype.
        top_k: experts a token.
        renormalise: divide the chosen weights by their sum (`norm_topk_prob`).
    """
    shares = torch.softmax(logits.double(), dim=-1)
    ids = torch.argsort(-shares, dim=-1, stable=True)[:, :top_k]
    weights = shares.gather(1, ids)
    if renormalise:
        weights = weights / weights.sum(dim=-1, keepdim=True)
    return Routing(ids.to(torch.int32), weights.float())


def plan(ids: Tensor, experts: int, expert_map: Tensor | None = None) -> Plan:
    """Count and order the slots of ids [tokens, top_k].

    Args:
        ids: global ids, -1 for none.
        experts: how many this rank holds.
        expert_map: [global experts] -> local id or -1; None where local and global are the same.

    Raises:
        IndexError: an id names no expert.
    """
    slots: list[list[int]] = [[] for _ in range(experts)]
    limit = experts if expert_map is None else len(expert_map)
    for slot, expert in enumerate(ids.flatten().tolist()):
        if expert == NOWHERE:
            continue
        if not 0 <= expert < limit:
            raise IndexError(f"slot {slot} is routed to expert {expert} of {limit}")
        local = expert if expert_map is None else int(expert_map[expert])
        if local != NOWHERE:
            slots[local].append(slot)
    order = torch.tensor([slot for mine in slots for slot in mine], dtype=torch.int64)
    place = torch.full((ids.numel(),), NOWHERE, dtype=torch.int64)
    place[order] = torch.arange(len(order))
    return Plan(torch.tensor([len(mine) for mine in slots], dtype=torch.int64), order, place)


def expert(x: Tensor, w13: Tensor, w2: Tensor) -> Tensor:
    """SwiGLU (Shazeer, arXiv 2002.05202): x [n, hidden], w13 [2 * inner, hidden] (gate above up), w2 [hidden, inner]
    -> [n, hidden] float64.
    """
    gate, up = (x.double() @ w13.double().T).chunk(2, dim=-1)
    return (torch.nn.functional.silu(gate) * up) @ w2.double().T


def experts(x: Tensor, w13: Tensor, w2: Tensor, routing: Routing, expert_map: Tensor | None = None) -> Tensor:
    """The whole layer.

    Args:
        x: [tokens, hidden].
        w13: [local experts, 2 * inner, hidden].
        w2: [local experts, hidden, inner].
        routing: ids are global; a token's rows are summed in the order of its top-k.
        expert_map: see `plan`.

    Returns:
        [tokens, hidden] float64; zero where no expert of this rank is asked for.
    """
    tokens, top_k = routing.ids.shape
    planned = plan(routing.ids, len(w13), expert_map)
    rows = x.new_zeros((tokens * top_k, x.shape[1]), dtype=torch.float64)
    start = 0
    for local, count in enumerate(planned.counts.tolist()):
        mine = planned.order[start : start + count]
        rows[mine] = expert(x[mine // top_k], w13[local], w2[local])
        start += count
    weighted = rows.view(tokens, top_k, x.shape[1]) * routing.weights.double()[:, :, None]
    total = torch.zeros_like(weighted[:, 0])
    for position in range(top_k):
        total = total + weighted[:, position]
    return total
