"""The norms between the layers as one call: vLLM has a dozen of PyTorch's for each on a CPU, 57 times a token."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from vllm.model_executor.layers.layernorm import RMSNorm

from inference.serving.plugin import loaded


class HouseRMSNorm(RMSNorm):
    """vLLM's norm where the launcher did not ask for ours, or for what ours do not compute."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._library = loaded.library()

    def forward_cpu(self, x: Tensor, residual: Tensor | None = None) -> Any:
        """X [..., width] -> its norm; with a residual, the norm of their sum and the sum, which takes its place."""
        if self._library is None or not self._computed(x) or (residual is not None and not self._computed(residual)):
            return self.forward_native(x, residual)
        norm = self._library.rms_norm(x, self.weight.data, self.variance_epsilon, residual)
        return norm if residual is None else (norm, residual)

    def _computed(self, x: Tensor) -> bool:
        return (
            self.has_weight
            and self.variance_size_override is None
            and x.dtype is self.weight.dtype is torch.bfloat16
            and x.is_contiguous()
        )


def offer() -> None:
    """Put our norm in the place of vLLM's."""
    RMSNorm.register_oot(HouseRMSNorm)
