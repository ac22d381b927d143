"""Linear layers and the output head in int8, or in int4 what loses little by it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from vllm.model_executor.layers.linear import UnquantizedLinearMethod
from vllm.model_executor.layers.vocab_parallel_embedding import UnquantizedEmbeddingMethod
from vllm.model_executor.model_loader.reload.layerwise import initialize_online_processing

from inference.moe.kernels.cpu import formats
from inference.moe.kernels.cpu.library import HEAD_TOKENS, Library
from inference.moe.kernels.cpu.packed import Format, Packed
from inference.moe.kernels.cpu.store import PackedStore


class _PackedWeight:
    """What both methods share: the packing of `layer.weight`, or its packed form from disk, and the product with it."""

    library: Library
    store: PackedStore | None
    name: str
    fmt: Format

    def find(self, layer: Any) -> bool:
        """Take the packed weight from disk; False where there is none."""
        kept = self.store.matrix(self.name, *layer.weight.shape) if self.store is not None else None
        if kept is None:
            return False
        layer.house_packed = kept
        layer.weight = unread(layer.weight)
        return True

    def pack(self, layer: Any) -> None:
        weight = layer.weight.data
        parts = getattr(layer, "house_parts", None) or [len(weight)]
        layer.house_packed = formats.pack_linear(self.library, weight, self.fmt, parts)
        layer.weight = unread(layer.weight)
        if self.store is not None:
            self.store.keep_matrix(self.name, layer.house_packed)

    def product(self, layer: Any, x: Tensor, bias: Tensor | None) -> Tensor:
        packed = layer.house_packed
        assert isinstance(packed, Packed)  # noqa: S101 - for the type checker
        return self.library.linear(x, packed, bias)


class HouseLinearMethod(UnquantizedLinearMethod, _PackedWeight):
    """Attention's projections and dense feed-forward layers, packed as soon as a layer has been read."""

    uses_meta_device = True

    def __init__(
        self, library: Library, name: str, store: PackedStore | None = None, fmt: Format = Format.INT8
    ) -> None:
        super().__init__()
        self.library, self.name, self.store, self.fmt = library, name, store, fmt

    def create_weights(
        self, layer: Any, input_size_per_partition: int, output_partition_sizes: list[int], *args: Any, **kwargs: Any
    ) -> None:
        """Shapes only; vLLM makes the memory when it has a layer's weights, and calls us to process them."""
        with torch.device("meta"):
            super().create_weights(layer, input_size_per_partition, output_partition_sizes, *args, **kwargs)
        layer.house_parts = list(output_partition_sizes)
        if not self.find(layer):
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

    Beside int4 experts it is kept twice: written tokens read it in int4, and in int8 only what is likely.
    """

    def __init__(
        self, library: Library, name: str, store: PackedStore | None = None, fmt: Format = Format.INT8
    ) -> None:
        super().__init__()
        self.library, self.name, self.store = library, name, store
        self.fmt, self._twice = Format.INT8, fmt is Format.INT4

    def process_weights_after_loading(self, layer: Any) -> None:
        """Pack, and keep only the shape."""
        weight = layer.weight
        if not self.find(layer):
            self.pack(layer)
        if self._twice:
            layer.house_rough = self._rough(weight)

    def _rough(self, weight: Any) -> Packed:
        name = f"{self.name}.rough"
        kept = self.store.matrix(name, *weight.shape) if self.store is not None else None
        if kept is None:
            kept = self.library.pack(weight.data, Format.INT4)
            if self.store is not None:
                self.store.keep_matrix(name, kept)
        return kept

    def apply(self, layer: Any, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """X [tokens, hidden] bf16 -> logits [tokens, vocabulary] bf16."""
        rough = getattr(layer, "house_rough", None)
        if rough is None or bias is not None or not 0 < len(x) <= HEAD_TOKENS:
            return self.product(layer, x, bias)
        return self.library.head(x.contiguous(), rough, layer.house_packed, formats.HEAD_MARGIN)


def unread(weight: Tensor) -> torch.nn.Parameter:
    """A parameter of the same shape that holds nothing and takes nothing: what vLLM reads for it is dropped."""
    empty = torch.zeros(1, dtype=weight.dtype, device="cpu").expand(weight.shape)
    parameter = torch.nn.Parameter(empty, requires_grad=False)
    parameter.weight_loader = _drop  # type: ignore[attr-defined]
    return parameter


def _drop(*_args: Any, **_kwargs: Any) -> bool:
    return True


def packs(layer: Any) -> bool:
    """Whether a linear layer is worth packing: tiny ones (a silent shared expert) cost more to call than to read."""
    return bool(layer.input_size_per_partition >= 64 and layer.output_size_per_partition >= 64)
