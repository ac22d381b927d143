"""Linear layers and the output head in int8."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from vllm.model_executor.layers.linear import UnquantizedLinearMethod
from vllm.model_executor.layers.vocab_parallel_embedding import UnquantizedEmbeddingMethod
from vllm.model_executor.model_loader.reload.layerwise import initialize_online_processing

from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Packed


class _PackedWeight:
    """What both methods share: the packing of `layer.weight` and the product with it."""

    library: Library

    def pack(self, layer: Any) -> None:
        weight = layer.weight
        layer.house_packed = self.library.pack(weight.data, Format.INT8)
        layer.weight = torch.nn.Parameter(weight.new_zeros(1).expand(weight.shape), requires_grad=False)

    def product(self, layer: Any, x: Tensor, bias: Tensor | None) -> Tensor:
        packed = layer.house_packed
        assert isinstance(packed, Packed)  # noqa: S101 - for the type checker
        return self.library.linear(x, packed, bias)


class HouseLinearMethod(UnquantizedLinearMethod, _PackedWeight):
    """Attention's projections and dense feed-forward layers, packed as soon as a layer has been read."""

    uses_meta_device = True

    def __init__(self, library: Library) -> None:
        super().__init__()
        self.library = library

    def create_weights(self, layer: Any, *args: Any, **kwargs: Any) -> None:
        """Shapes only; vLLM makes the memory when it has a layer's weights, and calls us to process them."""
        with torch.device("meta"):
            super().create_weights(layer, *args, **kwargs)
        initialize_online_processing(layer)

    def process_weights_after_loading(self, layer: Any) -> None:
        """Pack, and keep only the shape. Once a layer: vLLM goes over all of them again at the end."""
        if not hasattr(layer, "house_packed"):
            self.pack(layer)

    def apply(self, layer: Any, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """X [..., in] bf16 -> [..., out] bf16."""
        return self.product(layer, x, bias)


class HouseHeadMethod(UnquantizedEmbeddingMethod, _PackedWeight):
    """The output head. Where it is tied to the embedding, the embedding keeps its bf16 rows: they are looked up, one
    row a token, and cost no bandwidth.
    """

    def __init__(self, library: Library) -> None:
        super().__init__()
        self.library = library

    def process_weights_after_loading(self, layer: Any) -> None:
        """Pack, and keep only the shape."""
        self.pack(layer)

    def apply(self, layer: Any, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """X [tokens, hidden] bf16 -> logits [tokens, vocabulary] bf16."""
        return self.product(layer, x, bias)


def packs(layer: Any) -> bool:
    """Whether a linear layer is worth packing: tiny ones (a silent shared expert) cost more to call than to read."""
    return bool(layer.input_size_per_partition >= 64 and layer.output_size_per_partition >= 64)
