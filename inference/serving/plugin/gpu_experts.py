"""Routed experts in vLLM on a GPU: vLLM routes, dispatches and combines, our Triton kernels compute.

bf16 models come in through `UnquantizedFusedMoEMethod.register_oot`, fp8 ones through a configuration that takes the
place of vLLM's "fp8" (blocks of 128 x 128 as DeepSeek-V3 has them, or a scale an expert; activations are always rounded
by groups of 128, also where a checkpoint brings a fixed scale for them). What our kernels do not compute (another
activation than SiLU, biases) stays vLLM's. Weights stay as vLLM has loaded them, where they are. Triton is imported
when the first layer is computed. With `VLLM_BATCH_INVARIANT=1` a row has the same bits in any batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import vllm.envs
from torch import Tensor
from vllm.config import get_current_vllm_config_or_none
from vllm.logger import init_logger
from vllm.model_executor.layers.fused_moe import RoutedExperts, UnquantizedFusedMoEMethod
from vllm.model_executor.layers.fused_moe.oracle.fp8 import Fp8MoeBackend
from vllm.model_executor.layers.fused_moe.oracle.unquantized import UnquantizedMoeBackend
from vllm.model_executor.layers.quantization import register_quantization_config
from vllm.model_executor.layers.quantization.fp8 import Fp8Config, Fp8MoEMethod

from inference.serving.plugin.modular import OurExperts
from inference.serving.plugin.settings import GPU_KEY

if TYPE_CHECKING:
    from inference.moe.kernels.triton.weights import Experts

log = init_logger(f"vllm.{__name__}")
_BLOCK = [128, 128]


class HouseTritonExperts(OurExperts):
    """Experts in bf16, float16 or fp8, computed where the tokens are."""

    def __init__(self, moe_config: Any, quant_config: Any) -> None:
        super().__init__(moe_config, quant_config)
        self._experts: Experts | None = None
        log.info("Using HouseTritonExperts MoE backend")  # vLLM names experts of unquantised models alone

    @staticmethod
    def _supports_batch_invariance() -> bool:
        return True

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
        from inference.moe.kernels.triton.layer import moe
        from inference.moe.kernels.triton.weights import Experts

        if self._experts is None or self._experts.w13.data_ptr() != w1.data_ptr():
            scales = (self.quant_config.w1_scale, self.quant_config.w2_scale) if w1.element_size() == 1 else ()
            self._experts = Experts(w1, w2, *scales)
        if apply_router_weight_on_input:  # vLLM has weighted the input itself
            topk_weights = torch.ones_like(topk_weights)
        invariant = bool(vllm.envs.VLLM_BATCH_INVARIANT)
        shares, ids = topk_weights.contiguous(), topk_ids.contiguous()
        output.copy_(moe(hidden_states, self._experts, ids, shares, expert_map=expert_map, invariant=invariant))


class HouseTritonMoEMethod(UnquantizedFusedMoEMethod):
    """vLLM's method for unquantised experts, with ours as the kernel where the launcher said so."""

    def __init__(self, moe: Any) -> None:
        super().__init__(moe)
        if wanted() and _ours(moe):
            self.unquantized_backend, self.experts_cls = UnquantizedMoeBackend.TRITON, HouseTritonExperts


class HouseFp8MoEMethod(Fp8MoEMethod):
    """vLLM's method for fp8 experts, likewise. Its Triton backend leaves weights and scales as they were loaded."""

    def __init__(self, quant_config: Any, layer: Any) -> None:
        super().__init__(quant_config, layer)
        fitting = self.moe_block_shape in (None, _BLOCK, tuple(_BLOCK)) and self.weight_scale_refine is None
        if wanted() and fitting and _ours(layer.moe_config):
            self.fp8_backend, self.experts_cls = Fp8MoeBackend.TRITON, HouseTritonExperts


class HouseFp8Config(Fp8Config):
    """vLLM's "fp8", with our method for the experts."""

    def get_quant_method(self, layer: Any, prefix: str) -> Any:
        """The method of one layer; None leaves it as it is."""
        method = super().get_quant_method(layer, prefix)
        if isinstance(layer, RoutedExperts) and type(method) is Fp8MoEMethod:
            return HouseFp8MoEMethod(self, layer)
        return method


def wanted() -> bool:
    """Whether the launcher asked for our experts on this GPU."""
    config = get_current_vllm_config_or_none()
    return config is not None and isinstance(config.additional_config, dict) and GPU_KEY in config.additional_config


def _ours(moe: Any) -> bool:
    plain = moe.activation.value == "silu" and moe.is_act_and_mul and moe.swiglu_limit is None
    return bool(plain and not moe.has_bias and not moe.is_lora_enabled)


def offer() -> None:
    """Put our methods in the place of vLLM's."""
    UnquantizedFusedMoEMethod.register_oot(HouseTritonMoEMethod)
    register_quantization_config("fp8")(HouseFp8Config)
