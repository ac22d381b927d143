"""Our quantisations by name: `--quantization house_int4` and `house_int8`, made from bf16 weights as they load."""

from __future__ import annotations

from typing import Any

import torch
from vllm.model_executor.layers.fused_moe import RoutedExperts
from vllm.model_executor.layers.linear import LinearBase, UnquantizedLinearMethod
from vllm.model_executor.layers.quantization import register_quantization_config
from vllm.model_executor.layers.quantization.base_config import QuantizationConfig
from vllm.model_executor.layers.vocab_parallel_embedding import ParallelLMHead

from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format
from inference.serving.plugin import loaded
from inference.serving.plugin.experts import HouseExperts, HouseInt4Experts, HouseInt8Experts, PackingMoEMethod
from inference.serving.plugin.linear import HouseHeadMethod, HouseLinearMethod, packs

INT4, INT8 = "house_int4", "house_int8"


class HouseInt8Config(QuantizationConfig):
    """int8 everywhere but router, norms and embedding."""

    name = INT8
    experts: type[HouseExperts] = HouseInt8Experts
    rest = Format.INT8

    @classmethod
    def get_name(cls) -> Any:
        """As vLLM's command line names it."""
        return cls.name

    @classmethod
    def get_supported_act_dtypes(cls) -> list[torch.dtype]:
        """Activations are bf16 between layers."""
        return [torch.bfloat16]

    @classmethod
    def get_min_capability(cls) -> int:
        """Any; this is about GPUs."""
        return 0

    @staticmethod
    def get_config_filenames() -> list[str]:
        """None: the weights come as bf16."""
        return []

    @classmethod
    def from_config(cls, _config: dict[str, Any]) -> HouseInt8Config:
        """Nothing to read."""
        return cls()

    def get_quant_method(self, layer: torch.nn.Module, prefix: str) -> Any:
        """The method of one layer; None leaves it as it is."""
        library, store = self._library(), loaded.store()
        if isinstance(layer, RoutedExperts):
            return PackingMoEMethod(layer.moe_config, self.experts, prefix, store)
        if isinstance(layer, LinearBase):
            return HouseLinearMethod(library, prefix, store, self.rest) if packs(layer) else UnquantizedLinearMethod()
        return HouseHeadMethod(library, prefix, store, self.rest) if isinstance(layer, ParallelLMHead) else None

    @staticmethod
    def _library() -> Library:
        library = loaded.library()
        if library is None:
            raise RuntimeError("vLLM was started without the settings of our experts (--additional-config)")
        return library


class HouseInt4Config(HouseInt8Config):
    """int4 experts, int8 elsewhere but for what loses little by int4 too."""

    name = INT4
    experts = HouseInt4Experts
    rest = Format.INT4


def offer() -> None:
    """Register both names."""
    for config in (HouseInt8Config, HouseInt4Config):
        register_quantization_config(config.name)(config)
