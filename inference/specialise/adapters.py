"""Experts with low-rank deltas and a router that can learn, in place of a mixture's own, inside transformers.

In training a delta is two thin products beside the frozen weight. In evaluation weight and delta are added and rounded
to the weight's dtype first, as `merge` writes them, so that what is measured is what will be served.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.specialise.errors import NoMixture


class Adapted(nn.Module):
    """One layer of experts with its router.

    a13 [domains, rank, hidden], b13 [domains, 2 * inner, rank], a2 [domains, rank, inner], b2 [domains, hidden, rank]
    and router [experts, hidden], all float32 and the only things that learn. Expert d has delta d; experts beyond the
    domains stay as they are. `enabled`: the deltas that take part; the trained router takes part where any does.
    """

    def __init__(self, name: str, block: Any, domains: int, rank: int, scale: float, seed: int) -> None:  # noqa: ANN401 - a class of transformers, whose name changes
        super().__init__()
        self.name, self.scale = name, scale
        self.top_k = int(block.gate.top_k)
        self._renormalise = bool(getattr(block.gate, "norm_topk_prob", True))
        # tuples hide the model's own modules from `parameters()`: what is not ours does not learn
        self._base = (block.experts, block.gate)
        experts, twice_inner, hidden = block.experts.gate_up_proj.shape
        self.experts, self.enabled = int(experts), set(range(domains))
        drawn = torch.Generator().manual_seed(seed)
        device = block.gate.weight.device

        def thin(width: int) -> nn.Parameter:
            values = torch.randn((domains, rank, width), generator=drawn) / math.sqrt(width)
            return nn.Parameter(values.to(device))

        self.a13, self.a2 = thin(hidden), thin(twice_inner // 2)
        self.b13 = nn.Parameter(torch.zeros((domains, twice_inner, rank), device=device))
        self.b2 = nn.Parameter(torch.zeros((domains, hidden, rank), device=device))
        self.router = nn.Parameter(block.gate.weight.detach().float().clone())
        self.logits: Tensor | None = None
        self.ids: Tensor | None = None
        vars(block.experts)["forward"] = self.compute
        vars(block.gate)["forward"] = self.route

    def route(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Hidden [tokens, hidden] -> logits [tokens, experts], weights and ids [tokens, top_k]; kept for the losses."""
        flat = hidden.reshape(-1, hidden.shape[-1])
        weight = self._base[1].weight
        if self.training:
            logits = functional.linear(flat.float(), self.router)
        else:
            logits = functional.linear(flat, self.router.to(weight.dtype) if self.enabled else weight)
        shares = torch.softmax(logits, dim=-1, dtype=torch.float32)
        weights, ids = torch.topk(shares, self.top_k, dim=-1)
        if self._renormalise:
            weights = weights / weights.sum(dim=-1, keepdim=True)
        self.logits, self.ids = logits, ids
        return logits, weights.to(hidden.dtype), ids

    def compute(self, x: Tensor, ids: Tensor, weights: Tensor) -> Tensor:
        """X [tokens, hidden] -> the weighted sum of each token's experts, in x's dtype."""
        out = torch.zeros_like(x)
        for expert in range(self.experts):
            token, position = torch.where(ids == expert)
            if len(token):
                rows = self._expert(x[token], expert) * weights[token, position, None]
                out = out.index_add(0, token, rows.to(out.dtype))
        return out

    def _expert(self, x: Tensor, expert: int) -> Tensor:
        base = self._base[0]
        w13, w2 = base.gate_up_proj[expert], base.down_proj[expert]
        changed = expert in self.enabled
        if changed and not self.training:
            w13, w2 = self.merged(expert)
        thin = changed and self.training
        both = functional.linear(x, w13)
        if thin:
            both = both + self._delta(x, self.a13[expert], self.b13[expert])
        gate, up = both.chunk(2, dim=-1)
        inner = base.act_fn(gate) * up
        got = functional.linear(inner, w2)
        return got + self._delta(inner, self.a2[expert], self.b2[expert]) if thin else got

    def _delta(self, x: Tensor, a: Tensor, b: Tensor) -> Tensor:
        return functional.linear(functional.linear(x, a.to(x.dtype)), b.to(x.dtype)) * self.scale

    def merged(self, expert: int) -> tuple[Tensor, Tensor]:
        """The expert's weights with its delta: w13 [2 * inner, hidden], w2 [hidden, inner], in the base's dtype."""
        base = self._base[0]
        return (
            add(base.gate_up_proj[expert], self.a13[expert], self.b13[expert], self.scale),
            add(base.down_proj[expert], self.a2[expert], self.b2[expert], self.scale),
        )


def add(weight: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
    """Weight [out, in] + scale * b [out, rank] @ a [rank, in], added in float32, in the weight's dtype."""
    return (weight.float() + scale * (b.float() @ a.float())).to(weight.dtype)


class Adapters(nn.Module):
    """All adapted layers of a model, in order."""

    def __init__(self, layers: list[Adapted]) -> None:
        super().__init__()
        self._layers = nn.ModuleList(layers)

    def __iter__(self) -> Iterator[Adapted]:
        for layer in self._layers:
            assert isinstance(layer, Adapted)  # noqa: S101 - for the type checker
            yield layer

    @property
    def experts(self) -> int:
        """Of each layer."""
        return next(iter(self)).experts

    def enable(self, experts: set[int]) -> None:
        """Let these deltas take part; none leaves the base model as it was."""
        for layer in self:
            layer.enabled = set(experts)


def adapt(model: Any, folder: Path, *, domains: int, rank: int, alpha: float, seed: int, top_k: int | None) -> Adapters:  # noqa: ANN401 - any of transformers
    """Freeze the model and put learning experts and routers in place of its own.

    Args:
        model: with blocks of `gate` and `experts` as transformers holds Qwen2-MoE (three-dimensional weights).
        folder: where it came from, for messages.
        domains: experts that may change, from the first on.
        rank: of the deltas.
        alpha: deltas are scaled by alpha / rank.
        seed: of the first values.
        top_k: experts a token instead of the model's own; None leaves it.

    Raises:
        NoMixture: no such block, or fewer experts than domains.
    """
    for parameter in model.parameters():
        parameter.requires_grad = False
    blocks = [
        (name, module)
        for name, module in model.named_modules()
        if hasattr(module, "gate") and getattr(getattr(module, "experts", None), "gate_up_proj", None) is not None
    ]
    if not blocks:
        raise NoMixture(folder, "the model has no layers of copied experts", "该模型没有专家层")
    experts = len(blocks[0][1].experts.gate_up_proj)
    if experts < domains or (top_k or 1) > experts:
        raise NoMixture(
            folder,
            f"{experts} experts are too few for {domains} domains",
            f"{experts} 个专家不足以对应 {domains} 个领域",
        )
    layers = [
        Adapted(name, block, domains, rank, alpha / rank, seed=seed * 1000 + number)
        for number, (name, block) in enumerate(blocks)
    ]
    for layer in layers:
        layer.top_k = top_k or layer.top_k
    return Adapters(layers)
