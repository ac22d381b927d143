"""Routed experts in vLLM's modular kernel: vLLM routes, dispatches and combines, our library computes."""

from __future__ import annotations

from typing import Any

import torch
import vllm.model_executor.layers.fused_moe.modular_kernel as mk
from torch import Tensor
from vllm.logger import init_logger
from vllm.model_executor.layers.fused_moe import UnquantizedFusedMoEMethod
from vllm.model_executor.model_loader.reload.layerwise import initialize_online_processing
from vllm.model_executor.utils import replace_parameter
from vllm.platforms import current_platform

from inference.moe import own
from inference.moe.confidence import sure
from inference.moe.kernels.cpu import formats
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, PackedExperts
from inference.moe.kernels.cpu.store import PackedStore
from inference.moe.own import OwnExpert
from inference.serving.plugin import activity, exchange, loaded
from inference.serving.plugin.activity import Watch
from inference.serving.plugin.exchange import HouseExchange
from inference.serving.plugin.linear import unread
from inference.serving.plugin.modular import OurExperts

log = init_logger(f"vllm.{__name__}")  # vLLM formats and passes on what is below its own name


class HouseExperts(OurExperts):
    """bf16 weights. Weights are packed when they have been loaded; what vLLM keeps afterwards has only their shape."""

    fmt = Format.BF16

    def __init__(self, moe_config: Any, quant_config: Any) -> None:
        super().__init__(moe_config, quant_config)
        library = loaded.library()
        if library is None:
            raise RuntimeError("vLLM was started without the settings of our experts (--additional-config)")
        self._library: Library = library
        self.confidence = 1.0
        self.packed: PackedExperts | None = None
        self.own: dict[int, OwnExpert] = {}
        self.watch: Watch | None = None

    def process_weights_after_loading(self, layer: Any) -> None:
        """Pack w13 [experts, 2 * inner, hidden] and w2 [experts, hidden, inner], then let go of them."""
        w13, w2 = layer.w13_weight.data, layer.w2_weight.data
        self.packed = self._library.pack_experts(
            w13, w2, self.fmt, formats.of_down_projection(self._library, w2, self.fmt)
        )
        for name, weight in (("w13_weight", w13), ("w2_weight", w2)):
            replace_parameter(layer, name, weight.new_zeros(1).expand(weight.shape))

    def apply(
        self,
        output: Tensor,
        hidden_states: Tensor,
        w1: Tensor,
        w2: Tensor,
        topk_weights: Tensor,
        topk_ids: Tensor,
        activation: Any,
        global_num_experts: int,
        expert_map: Tensor | None,
        a1q_scale: Tensor | None,
        a2_scale: Tensor | None,
        workspace13: Tensor,
        workspace2: Tensor,
        expert_tokens_meta: Any,
        apply_router_weight_on_input: bool,
    ) -> None:
        """Output [tokens, hidden] = the experts of hidden_states [tokens, hidden]; ids are global."""
        if self.packed is None:
            raise RuntimeError("experts were asked before their weights were packed")
        if apply_router_weight_on_input:  # vLLM has weighted the input itself
            topk_weights = torch.ones_like(topk_weights)
        if self.confidence < 1:
            topk_ids, topk_weights = sure(topk_ids, topk_weights, self.confidence)
        tally, ids = None, topk_ids
        if self.own:  # the kernel counts what it computes itself
            ids = own.without(topk_ids, self.own)
            if self.watch is not None:
                self.watch.add(topk_ids)
        elif self.watch is not None:
            tally = self.watch.tally(topk_ids)
        got = self._library.experts(
            hidden_states, self.packed, ids, topk_weights, expert_map=expert_map, out=output, tally=tally
        )
        if got is not output:
            output.copy_(got)
        if self.own:
            own.add(output, hidden_states, topk_ids, topk_weights, self.own, expert_map)


class HouseInt8Experts(HouseExperts):
    """int8 weights by groups of 32, activations rounded to int8 on the way (VNNI) or widened weights (AMX)."""

    fmt = Format.INT8


class HouseInt4Experts(HouseExperts):
    """int4 weights on the grid of GGUF's Q4_K; down projections that would lose too much stay in int8."""

    fmt = Format.INT4


class HouseMoEMethod(UnquantizedFusedMoEMethod):
    """vLLM's method for unquantised experts, with ours as the kernel where the launcher said so."""

    moe_kernel: Any

    def __init__(self, moe: Any, experts: type[HouseExperts] = HouseExperts) -> None:
        if loaded.library() is not None and moe.is_lora_enabled:
            # Adapters change attention alone. Told of them, vLLM would take its Triton experts, which no CPU has.
            moe.is_lora_enabled = False
        super().__init__(moe)
        if loaded.library() is not None:
            self.experts_cls = experts

    def _init_moe_kernel(self, layer: Any) -> None:
        """With tokens on several data-parallel ranks, the exchange between them is ours too."""
        parallel = self.moe.moe_parallel_config
        if loaded.library() is None or not (parallel.use_ep and parallel.dp_size > 1 and current_platform.is_cpu()):
            super()._init_moe_kernel(layer)
            if isinstance(ours := self.moe_kernel.fused_experts, HouseExperts):
                ours.watch = activity.watch(layer, split=not parallel.use_ep)
                ours.confidence = loaded.confidence()
                ours.own = _own(layer)
            return
        self.moe_quant_config = self.get_fused_moe_quant_config(layer)
        experts = self.experts_cls(self.moe, self.moe_quant_config)
        experts.own = _own(layer)
        # vLLM names the classes where it builds them itself, and the launcher waits for the name
        log.info_once("Using %s MoE backend, tokens exchanged by %s", type(experts).__name__, HouseExchange.__name__)
        between = exchange.between_ranks()
        between.watch, between.confidence = activity.watch(layer, split=True), loaded.confidence()
        self.moe_kernel = mk.FusedMoEKernel(between, experts)


class PackingMoEMethod(HouseMoEMethod):
    """Packs each layer as soon as its last weight is read, so that the model is never in memory as bf16; where the
    packed layer is kept on disk, its weights are not read at all.
    """

    uses_meta_device = True

    def __init__(self, moe: Any, experts: type[HouseExperts], name: str, store: PackedStore | None = None) -> None:
        super().__init__(moe, experts)
        self.name, self._store = name, store
        self._kept: PackedExperts | None = None

    def create_weights(self, layer: Any, *args: Any, **kwargs: Any) -> None:
        """Shapes only; vLLM makes the memory when it has a layer's weights, and calls us to process them."""
        with torch.device("meta"):
            super().create_weights(layer, *args, **kwargs)
        experts, hidden, inner = layer.w2_weight.shape
        self._kept = self._store.experts(self.name, experts, hidden, inner) if self._store is not None else None
        if self._kept is None:
            initialize_online_processing(layer)
            return
        layer.w13_weight, layer.w2_weight = unread(layer.w13_weight), unread(layer.w2_weight)

    def process_weights_after_loading(self, layer: Any) -> None:
        """Once a layer: vLLM goes over all of them again at the end."""
        if self.moe_kernel is not None:
            return
        if self._kept is None:
            super().process_weights_after_loading(layer)
            self._keep()
            return
        self._init_moe_kernel(layer)
        self._experts().packed, self._kept = self._kept, None

    def _keep(self) -> None:
        packed = self._experts().packed
        if self._store is not None and packed is not None:
            self._store.keep_experts(self.name, packed)

    def _experts(self) -> HouseExperts:
        experts = self.moe_kernel.fused_experts
        assert isinstance(experts, HouseExperts)  # noqa: S101 - for the type checker
        return experts


def _own(layer: Any) -> dict[int, OwnExpert]:
    """Experts in code of this layer. It says so in the log, where a person looks first."""
    hidden = int(layer.w2_weight.shape[1])
    found = loaded.own_experts(activity.number_of(layer.layer_name), hidden)
    if found:
        log.info("%s: experts %s are code", layer.layer_name, sorted(found))
    return found


def offer() -> None:
    """Put our method in the place of vLLM's."""
    UnquantizedFusedMoEMethod.register_oot(HouseMoEMethod)
