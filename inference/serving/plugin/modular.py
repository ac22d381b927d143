"""What our experts tell vLLM about themselves, on CPUs and on GPUs alike.

The signatures overridden here have been the same from vLLM 0.20 to 0.33.
"""

from __future__ import annotations

from typing import Any

import vllm.model_executor.layers.fused_moe.modular_kernel as mk
from vllm.model_executor.layers.fused_moe.topk_weight_and_reduce import TopKWeightAndReduceNoOP


class OurExperts(mk.FusedMoEExpertsModular):
    """Tokens come as they are, row by row; `apply` weights and sums, and needs no workspace of vLLM's."""

    @staticmethod
    def activation_format() -> Any:
        """Rows by token, not by expert."""
        return mk.FusedMoEActivationFormat.Standard

    @staticmethod
    def _supports_current_device() -> bool:
        return True

    @staticmethod
    def _supports_no_act_and_mul() -> bool:
        return False

    @staticmethod
    def _supports_quant_scheme(weight_key: Any, activation_key: Any) -> bool:
        return (weight_key, activation_key) == (None, None)  # what else we compute comes by a method of our own

    @staticmethod
    def _supports_activation(activation: Any) -> bool:
        return bool(activation.value == "silu")

    @staticmethod
    def _supports_parallel_config(_config: Any) -> bool:
        return True

    @property
    def expects_unquantized_inputs(self) -> bool:
        """Activations are rounded inside the kernels."""
        return True

    def workspace_shapes(
        self, M: int, N: int, K: int, topk: int, *_rest: Any
    ) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """No workspace of vLLM's. The output is [M, K]."""
        del N, topk
        return (0,), (0,), (M, K)

    def finalize_weight_and_reduce_impl(self) -> Any:
        """`apply` already weights and sums."""
        return TopKWeightAndReduceNoOP()
