"""The layers of a served Qwen2-MoE as our library takes them: read from vLLM's modules when they have been loaded.

What is computed differently from the plain case (several ranks, adapters, experts in code, a shared expert that speaks,
another router) stays with vLLM's own layers; `Unfit` says why.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inference.moe.kernels.cpu.decoder import Decoder, LayerParts, Rows
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Packed, PackedExperts


class Unfit(Exception):
    """A layer that vLLM's own calls have to compute, and why."""


class FusedLayers:
    """All layers of a model, a few tokens at a time.

    Raises:
        Unfit: one of them is not what our library computes, or something else speaks `against` it.
    """

    def __init__(self, library: Library, layers: list[Any], against: str = "") -> None:
        _need(not against, against)
        self._attention = [layer.self_attn.attn for layer in layers]
        self._watches = [_experts_of(layer).watch for layer in layers]
        self._decoder = Decoder(library, [parts_of(layer) for layer in layers])
        self.rows = self._decoder.rows

    def run(self, embedded: Tensor, positions: Tensor, metadata: Any, slots: Any) -> tuple[Tensor, Tensor]:
        """What the last layer's experts add to the residual, and the residual, both [tokens, hidden].

        Args:
            embedded: [tokens, hidden] bf16, taken over.
            positions: [tokens] int64.
            metadata: vLLM's of this step, by the name of an attention layer.
            slots: places in the cache [tokens], by the same name.
        """

        def attend(number: int, rows: Rows) -> None:
            layer = self._attention[number]
            name, cache = layer.layer_name, layer.kv_cache
            layer.impl.do_kv_cache_update(layer, rows.key, rows.value, cache, slots[name])
            layer.impl.forward(layer, rows.query, rows.key, rows.value, cache, metadata[name], output=rows.attended)

        first = self._watches[0]
        labels = first.labels(len(embedded)) if first is not None else None
        rows = self._decoder.run(embedded, positions, attend, labels)
        self._record(rows.ids)
        return rows.x, embedded

    def _record(self, ids: Tensor) -> None:
        for watch, asked in zip(self._watches, ids, strict=True):
            if watch is None or watch.trace is None:
                return
            watch.record(asked)


def parts_of(layer: Any) -> LayerParts:
    """A layer of vLLM's as our library takes it. Raises `Unfit`."""
    attention, block = _attention_of(layer), layer.mlp
    experts, router = _experts_of(layer), block.experts.router
    rotary, norms = attention.rotary_emb, (layer.input_layernorm, layer.post_attention_layernorm)
    watch = experts.watch
    return LayerParts(
        norm=_norm(norms[0]),
        epsilon=norms[0].variance_epsilon,
        post_norm=_norm(norms[1]),
        post_epsilon=norms[1].variance_epsilon,
        qkv=_packed(attention.qkv_proj),
        bias=attention.qkv_proj.bias.data if attention.qkv_proj.bias is not None else None,
        out=_packed(attention.o_proj),
        turns=_bf16(rotary.cos_sin_cache, "the rotation's table"),
        heads=attention.num_heads,
        kv_heads=attention.num_kv_heads,
        head_size=attention.head_dim,
        gate=_gate(block.gate),
        top_k=router.top_k,
        renormalise=bool(router.renormalize),
        experts=_kept(experts.packed),
        counts=watch.counts if watch is not None else None,
    )


def _attention_of(layer: Any) -> Any:
    from vllm.model_executor.layers.attention import Attention
    from vllm.model_executor.layers.rotary_embedding import RotaryEmbedding

    own, inner = layer.self_attn, layer.self_attn.attn
    _need(type(inner) is Attention and inner.query_quant is None, "another attention")
    _need(inner.kv_sharing_target_layer_name is None, "keys and values of another layer")
    _need(not inner.attn_backend.forward_includes_kv_cache_update, "an attention that keeps keys and values itself")
    _need(hasattr(inner.impl, "do_kv_cache_update"), "an attention that can't be told to keep keys and values")
    _need(type(own.rotary_emb) is RotaryEmbedding and own.rotary_emb.is_neox_style, "another rotation")
    return own


def _experts_of(layer: Any) -> Any:
    from vllm.model_executor.layers.fused_moe.router.cpu_router import CPURouter
    from vllm.model_executor.models.qwen2_moe import Qwen2MoeSparseMoeBlock

    from inference.serving.plugin.experts import HouseExperts

    _need(type(layer.mlp) is Qwen2MoeSparseMoeBlock, "a layer without experts")
    runner = layer.mlp.experts
    _need(runner.shared_experts is None, "a shared expert")
    others = (runner.gate, runner.routed_input_transform, runner.routed_output_transform)
    _need(others == (None, None, None) and runner.routed_scaling_factor == 1.0, "another way round the experts")
    router, parallel = runner.router, runner.moe_config.moe_parallel_config
    plain = type(router) is CPURouter and not router.use_grouped_topk and router.scoring_func == "softmax"
    _need(plain and router.custom_routing_function is None and router.eplb_state is None, "another router")
    _need((parallel.tp_size, parallel.dp_size, parallel.use_ep) == (1, 1, False), "several ranks")
    _need(not runner.routed_experts.apply_router_weight_on_input, "shares before the experts")
    experts = runner.routed_experts.quant_method.moe_kernel.fused_experts
    _need(isinstance(experts, HouseExperts), "experts that are not ours")
    _need(not experts.own, "experts in code")
    _need(experts.confidence >= 1, "experts left out where the router is sure")
    return experts


def _packed(linear: Any) -> Packed:
    from vllm.model_executor.layers.linear import QKVParallelLinear, RowParallelLinear

    from inference.serving.plugin.linear import HouseLinearMethod

    _need(type(linear) in {QKVParallelLinear, RowParallelLinear}, "projections with adapters")
    _need(isinstance(linear.quant_method, HouseLinearMethod), "projections that are not ours")
    packed = linear.house_packed
    assert isinstance(packed, Packed)  # noqa: S101 - for the type checker
    return packed


def _kept(packed: PackedExperts | None) -> PackedExperts:
    if packed is None:
        raise Unfit("experts that are not packed yet")
    return packed


def _norm(norm: Any) -> Tensor:
    _need(norm.has_weight and norm.variance_size_override is None, "another norm")
    return _bf16(norm.weight.data, "a norm's weight")


def _gate(gate: Any) -> Tensor:
    """The router's weights [experts, hidden]. VLLM may keep them in an order of its own, so it is asked what it makes
    of each column: its product with one is exact.
    """
    _need(gate.bias is None, "a router with a bias")
    out, _ = gate(torch.eye(gate.input_size, dtype=torch.bfloat16))
    return _bf16(out.T.contiguous(), "the router")


def _bf16(tensor: Tensor, what: str) -> Tensor:
    _need(tensor.dtype is torch.bfloat16 and tensor.is_contiguous() and tensor.device.type == "cpu", f"{what} not bf16")
    return tensor


def _need(fits: bool, otherwise: str) -> None:
    if not fits:
        raise Unfit(otherwise)
