"""Qwen2-MoE with our decoder: vLLM's model, whose layers are computed by our library where a step holds few tokens.

Registered in vLLM's registry of models under the name of its own (infra/decisions/0024).
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from vllm.distributed import get_pp_group
from vllm.distributed.kv_transfer import has_kv_transfer_group
from vllm.forward_context import get_forward_context, is_forward_context_available
from vllm.logger import init_logger
from vllm.model_executor.models.qwen2_moe import Qwen2MoeForCausalLM

from inference.moe.errors import BadCall
from inference.serving.plugin import loaded
from inference.serving.plugin.decoder import FusedLayers, Unfit

log = init_logger(f"vllm.{__name__}")


class HouseQwen2MoeForCausalLM(Qwen2MoeForCausalLM):
    """VLLM's, but for the steps that `FusedLayers` takes."""

    def __init__(self, *, vllm_config: Any, prefix: str = "") -> None:
        super().__init__(vllm_config=vllm_config, prefix=prefix)
        self._library = loaded.library()
        self._adapters = vllm_config.lora_config is not None
        self._fused: FusedLayers | None = None

    def forward(
        self,
        input_ids: Tensor | None,
        positions: Tensor,
        intermediate_tensors: Any = None,
        inputs_embeds: Tensor | None = None,
    ) -> Any:
        """As vLLM's. [tokens, hidden] bf16 after the last norm."""
        if input_ids is not None and intermediate_tensors is None and inputs_embeds is None:
            context = self._context()
            fused = self._fused or self._fuse() if context is not None else None
            if context is not None and fused is not None and len(input_ids) <= fused.rows:
                embedded = self.model.embed_input_ids(input_ids)
                added, residual = fused.run(embedded, positions, context.attn_metadata, context.slot_mapping)
                return self.model.norm(added, residual)[0]
        return super().forward(input_ids, positions, intermediate_tensors, inputs_embeds)

    def _context(self) -> Any:
        """What vLLM tells of this step; None where it tells nothing (it measures itself) or of two steps at once."""
        if self._library is None or not is_forward_context_available():
            return None
        context = get_forward_context()
        told = isinstance(context.attn_metadata, dict) and isinstance(context.slot_mapping, dict)
        return context if told and context.attn_metadata else None

    def _fuse(self) -> FusedLayers | None:
        """Once, when all weights are there and adapters have taken their places. It says so in the log."""
        library, self._library = self._library, None
        if library is None:
            return None
        try:
            self._fused = FusedLayers(library, list(self.model.layers), self._against())
        except (Unfit, AttributeError, BadCall) as reason:  # another version of vLLM may have other attributes
            log.info("Layers are computed by vLLM's own calls, one by one: %s", reason)
            return None
        self._library = library
        log.info("Layers of steps of up to %d tokens are computed by one call each", self._fused.rows)
        return self._fused

    def _against(self) -> str:
        if self._adapters:
            return "adapters"
        elsewhere = get_pp_group().world_size > 1 or has_kv_transfer_group()
        return "layers, or keys and values, in another process" if elsewhere else ""
