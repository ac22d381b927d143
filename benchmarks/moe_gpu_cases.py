"""Layers, batches and the calls that are compared on a GPU. Torch and Triton are all it needs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.moe import reference
from inference.moe.kernels.triton import layer
from inference.moe.kernels.triton.quantise import by_block
from inference.moe.kernels.triton.weights import GROUP, Experts
from inference.moe.reference import Routing

Call = Callable[[int], Tensor]
"""A step of the layer with the weights, batch and routing of that number."""


@dataclass(frozen=True)
class Layer:
    """A layer as its model has it: `experts` of it are routed to and `held` lie here (the first ones)."""

    name: str
    experts: int
    held: int
    hidden: int
    inner: int
    top_k: int
    tokens_a_row: int = 1

    def flops(self, ids: Tensor) -> float:
        """Of the slots that are computed here."""
        return 6.0 * float((ids < self.held).sum()) * self.hidden * self.inner

    def weight_bytes(self, ids: Tensor, bits: int) -> float:
        """Of the experts that somebody chose, from the ids themselves."""
        chosen = set(ids[ids < self.held].tolist())
        return 3.0 * len(chosen) * self.hidden * self.inner * bits / 8


QWEN = Layer("qwen3-30b-a3b", 128, 128, 2048, 768, 8)
DEEPSEEK = Layer("deepseek-v3-eighth", 256, 32, 7168, 2048, 8, tokens_a_row=8)
"""One of eight ranks: a batch of n on each brings 8 n tokens, and an eighth of their slots is computed here."""
TINY = Layer("tiny", 5, 4, 32, 32, 2)


@dataclass(frozen=True)
class Weights:
    """One copy: as our kernels take it, and in a wide type for peers and the oracle (bf16 weights are their own)."""

    ours: Experts
    wide13: Tensor
    wide2: Tensor


class Bench:
    """Several copies of a layer's weights, and batches for them. Every number of a call has its own of each."""

    def __init__(self, about: Layer, kind: str, copies: int, device: str) -> None:
        self.layer, self.kind, self.copies, self.device = about, kind, copies, device
        self.dtype = torch.bfloat16 if device == "cuda" else torch.float16
        self.bits = 8 if kind == "fp8" else 16
        self.weights = [self._copy(seed) for seed in range(copies)]
        self.map: Tensor | None = None
        if about.held < about.experts:
            held = torch.arange(about.experts, dtype=torch.int32, device=device)
            self.map = torch.where(held < about.held, held, -1).to(torch.int32)

    def _copy(self, seed: int) -> Weights:
        about = self.layer
        draw = torch.Generator(self.device).manual_seed(seed)
        w13 = torch.empty((about.held, 2 * about.inner, about.hidden), dtype=self.dtype, device=self.device)
        w2 = torch.empty((about.held, about.hidden, about.inner), dtype=self.dtype, device=self.device)
        w13.normal_(std=about.hidden**-0.5, generator=draw)
        w2.normal_(std=about.inner**-0.5, generator=draw)
        if self.kind != "fp8":
            return Weights(Experts(w13, w2), w13, w2)
        parts = [by_block(part) for part in (w13[:, : about.inner], w13[:, about.inner :], w2)]
        made = Experts(
            torch.cat([parts[0][0], parts[1][0]], 1), parts[2][0], torch.cat([parts[0][1], parts[1][1]], 1), parts[2][1]
        )
        return Weights(made, w13, w2)

    def batch(self, tokens: int, seed: int) -> tuple[Tensor, Routing]:
        """Tokens and a routing drawn from random logits: every expert is as likely."""
        draw = torch.Generator(self.device).manual_seed(1000 + seed)
        x = torch.empty((tokens, self.layer.hidden), dtype=self.dtype, device=self.device).normal_(generator=draw)
        logits = torch.rand((tokens, self.layer.experts), device=self.device, generator=draw)
        top = torch.topk(logits, self.layer.top_k, dim=1)
        return x, Routing(top.indices.to(torch.int32), torch.softmax(top.values.float(), 1))

    def ours(self, batches: list[tuple[Tensor, Routing]], *, invariant: bool = False) -> Call:
        """Our kernels, chosen by the number of tokens."""

        def call(number: int) -> Tensor:
            x, routing = batches[number]
            made = self.weights[number % self.copies].ours
            return layer.moe(x, made, routing.ids, routing.weights, expert_map=self.map, invariant=invariant)

        return call

    def error(self, batch: tuple[Tensor, Routing], made: Tensor, rows: int = 16) -> float:
        """Distance of the first rows of `made`, by the first copy, from the oracle: norm over norm."""
        x, routing = batch[0][:rows], Routing(batch[1].ids[:rows], batch[1].weights[:rows])
        wanted = reference.experts(x, *self._exact, routing, self.map)
        return float((made[:rows].double() - wanted).norm() / wanted.norm().clamp_min(1e-30))

    @functools.cached_property
    def _exact(self) -> tuple[Tensor, Tensor]:
        """The first copy as the numbers that it stands for."""
        made = self.weights[0].ours
        return _widened(made.w13, made.scale13), _widened(made.w2, made.scale2)


def _widened(w: Tensor, scale: Tensor | None) -> Tensor:
    if scale is None:
        return w
    _, rows, columns = w.shape
    blocks = scale.repeat_interleave(GROUP, 1)[:, :rows].repeat_interleave(GROUP, 2)[:, :, :columns]
    return w.float() * blocks


def grouped_mm(bench: Bench, batches: list[tuple[Tensor, Routing]]) -> Call | None:
    """The same layer around `torch._grouped_mm` (CUTLASS), bf16; None where this torch has none or experts lie
    elsewhere. Sorting, gathering, SwiGLU and the sum are plain torch operations, in the same CUDA graph.
    """
    product = getattr(torch, "_grouped_mm", None)
    if product is None or bench.map is not None or bench.bits != 16:
        return None
    about = bench.layer

    def call(number: int) -> Tensor:
        x, routing = batches[number]
        copy = bench.weights[number % bench.copies]
        flat = routing.ids.flatten().long()
        order = torch.argsort(flat, stable=True)
        counts = torch.zeros(about.experts, dtype=torch.int32, device=x.device)
        counts.scatter_add_(0, flat, torch.ones_like(flat, dtype=torch.int32))
        ends = counts.cumsum(0).to(torch.int32)
        both = product(x[order // about.top_k], copy.wide13.transpose(1, 2), offs=ends)
        gate, up = both.chunk(2, dim=1)
        back = product(torch.nn.functional.silu(gate) * up, copy.wide2.transpose(1, 2), offs=ends)
        rows = torch.empty_like(back)
        rows[order] = back
        weighted = rows.view(len(x), about.top_k, about.hidden) * routing.weights[:, :, None].to(x.dtype)
        return weighted.sum(1)

    return call


def vllm_triton(bench: Bench, batches: list[tuple[Tensor, Routing]]) -> Call | None:
    """VLLM's own Triton path with its tuned table for this device; None where vLLM is not installed."""
    try:
        from vllm.model_executor.layers.fused_moe import fused_experts
        from vllm.model_executor.layers.fused_moe.config import fp8_w8a8_moe_quant_config
    except ImportError:
        return None

    def call(number: int) -> Tensor:
        x, routing = batches[number]
        made = bench.weights[number % bench.copies].ours
        how = None
        if made.scale13 is not None:
            how = fp8_w8a8_moe_quant_config(w1_scale=made.scale13, w2_scale=made.scale2, block_shape=[GROUP, GROUP])
        done: Tensor = fused_experts(
            x, made.w13, made.w2, routing.weights, routing.ids,
            global_num_experts=bench.layer.experts, expert_map=bench.map, quant_config=how,
        )  # fmt: skip
        return done

    return call
