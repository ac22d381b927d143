"""What vLLM calls in each of its processes when it starts. Imports nothing heavy before it is called."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)
_ROOM = __name__.rpartition(".")[0]


def register() -> None:
    """Offer our experts and quantisations to vLLM; a second call changes nothing."""
    from vllm.model_executor.custom_op import op_registry_oot
    from vllm.model_executor.layers.quantization import QUANTIZATION_METHODS
    from vllm.platforms import current_platform

    if current_platform.is_cuda():
        from inference.serving.plugin import gpu_experts

        if "UnquantizedFusedMoEMethod" not in op_registry_oot:
            gpu_experts.offer()
        return
    from inference.serving.plugin import experts, norm, quantization, sampling

    if "UnquantizedFusedMoEMethod" not in op_registry_oot:
        experts.offer()
        norm.offer()
        sampling.offer()
        _offer_runner()
        _offer_model()
    if quantization.INT4 not in QUANTIZATION_METHODS:
        quantization.offer()


def _offer_runner() -> None:
    """Offer our layer where vLLM has the class it replaces (since 0.24); elsewhere a silent expert is computed."""
    try:
        from inference.serving.plugin import runner
    except ImportError as missing:
        logger.info("plugin.without_runner reason=%s", missing)
        return
    runner.offer()


def _offer_model() -> None:
    """Offer our model by name; it is loaded when it is served."""
    from vllm.model_executor.models import ModelRegistry

    ModelRegistry.register_model("Qwen2MoeForCausalLM", f"{_ROOM}.qwen2_moe:HouseQwen2MoeForCausalLM")
