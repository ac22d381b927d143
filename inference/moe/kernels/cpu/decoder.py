"""A decoder of the Qwen2-MoE kind for a few tokens: what lies between two layers' attention in one call.

A token costs 28 layers of some twenty operations each, and what a framework spends on calling them is as much as what
the processor spends on reading the weights. The attention itself stays with whoever keeps the keys and values.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.moe.errors import BadCall
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Packed, PackedExperts, all_first

_P, _I, _F = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double


@dataclass(frozen=True, slots=True)
class LayerParts:
    """One layer. bf16 where nothing else is said.

    `norm`, `post_norm`: [hidden], before attention and after it. `qkv`: [(heads + 2 kv_heads) * head_size, hidden],
    with `bias`; `out`: [hidden, heads * head_size]. `turns`: [positions, rotary], cosines then sines, for the first
    `rotary` values of a head, halves paired. `gate`: [experts, hidden]. `renormalise`: the shares of the `top_k` add
    up to 1.
    `counts`: [labels, experts] int64, added to in place.
    """

    norm: Tensor
    epsilon: float
    post_norm: Tensor
    post_epsilon: float
    qkv: Packed
    bias: Tensor | None
    out: Packed
    turns: Tensor
    heads: int
    kv_heads: int
    head_size: int
    gate: Tensor
    top_k: int
    renormalise: bool
    experts: PackedExperts
    counts: Tensor | None = None


class _Matrix(ctypes.Structure):
    _fields_ = (
        *(("format", _I), ("rows", _I), ("cols", _I), ("packed", _P)),
        *(("tail_format", _I), ("tail_rows", _I), ("tail", _P), ("bias", _P)),
    )


class _Layer(ctypes.Structure):
    _fields_ = (
        *((name, _I) for name in ("hidden", "heads", "kv_heads", "head_size", "rotary", "positions")),
        *(("epsilon", _F), ("post_epsilon", _F), ("norm", _P), ("post_norm", _P), ("turns", _P)),
        *(("qkv", _Matrix), ("out", _Matrix), ("gate", _P)),
        *((name, _I) for name in ("experts", "top_k", "renormalise", "inner", "kept", "first", "second")),
        *(("w13", _P), ("w2", _P), ("map", _P), ("labels", _I), ("counts", _P)),
    )


class _Step(ctypes.Structure):
    _fields_ = (
        *(("count", _I), ("threads", _I)),
        *((name, _P) for name in ("x", "residual", "attended", "qkv", "positions", "ids", "label")),
        ("labelled", _I),
    )


class Rows:
    """Buffers of a step of `count` tokens, used again by every step of as many.

    `query` [count, heads, head_size], `key` and `value` [count, kv_heads, head_size]: what attention is asked with.
    `attended` [count, heads, head_size]: where its answer goes. `x` [count, hidden]: the last layer's experts.
    `ids` [layers, count, top_k] int32: who was asked.
    """

    def __init__(self, count: int, layers: Sequence[LayerParts]) -> None:
        first, bf16 = layers[0], torch.bfloat16
        heads, kv_heads, size = first.heads, first.kv_heads, first.head_size
        self.qkv = torch.empty((count, (heads + 2 * kv_heads) * size), dtype=bf16)
        parts = torch.split(self.qkv, [heads * size, kv_heads * size, kv_heads * size], dim=-1)
        self.query, self.key, self.value = (part.view(count, part.shape[1] // size, size) for part in parts)
        self.attended = torch.empty((count, heads, size), dtype=bf16)
        self.x = torch.empty((count, first.norm.numel()), dtype=bf16)
        self.ids = torch.zeros((len(layers), count, first.top_k), dtype=torch.int32)
        self.step = _Step(count=count, x=self.x.data_ptr(), attended=self.attended.data_ptr(), qkv=self.qkv.data_ptr())


class Decoder:
    """All layers of a model. Holds what they point at. Steps are run one after the other, not at once.

    Raises:
        BadCall: shapes or types that do not fit each other.
    """

    def __init__(self, library: Library, layers: Sequence[LayerParts]) -> None:
        self.rows = library.decoder_rows(ctypes.sizeof(_Layer), ctypes.sizeof(_Step))
        self._library, self._layers = library, tuple(layers)
        self._kept: list[Tensor] = []
        self._described = [self._describe(layer) for layer in self._layers]
        if len({(one.hidden, one.heads, one.kv_heads, one.head_size, one.top_k) for one in self._described}) != 1:
            raise BadCall("the layers of a decoder are of one shape", "各解码层的形状必须相同")
        self._places = [None, *(ctypes.addressof(one) for one in self._described), None]
        self._rooms: dict[int, Rows] = {}
        self._hidden = self._described[0].hidden

    def run(
        self,
        residual: Tensor,
        positions: Tensor,
        attend: Callable[[int, Rows], None],
        labels: Tensor | None = None,
    ) -> Rows:
        """The layers over residual [count, hidden] bf16, the tokens' embeddings, at most `rows` of them. In place: the
        last norm is that of `residual` plus the `x` of what is returned.

        Args:
            residual: taken over.
            positions: [count] int64.
            attend: called once a layer with its number, when `query`, `key` and `value` are there; fills `attended`.
            labels: [tokens] uint8, whose each token is, where there are counts to be added to.

        Raises:
            BadCall: shapes or types do not fit, or a position lies outside the table.
        """
        rooms = self._begin(residual, positions, labels)
        step, ids = rooms.step, rooms.ids.data_ptr()
        here = ctypes.addressof(step)
        bytes_a_layer = rooms.ids.stride(0) * rooms.ids.element_size()
        for number in range(len(self._described)):
            self._library.decode(self._places[number], self._places[number + 1], here)
            attend(number, rooms)
            step.ids = ids + number * bytes_a_layer
        self._library.decode(self._places[-2], None, here)
        return rooms

    def _begin(self, residual: Tensor, positions: Tensor, labels: Tensor | None) -> Rows:
        count = len(residual)
        fits = residual.shape == (count, self._hidden) and residual.dtype is torch.bfloat16 and count <= self.rows
        if not fits or positions.shape != (count,) or positions.dtype is not torch.int64:
            raise BadCall(
                f"a decoder of {self._hidden} was given {tuple(residual.shape)} {residual.dtype} and positions "
                f"{tuple(positions.shape)} {positions.dtype}",
                "解码器的输入形状或类型不符",
            )
        if not residual.is_contiguous() or not positions.is_contiguous() or (labels is not None and not _bytes(labels)):
            raise BadCall("a decoder takes rows that lie one after the other", "解码器的输入必须连续")
        if count not in self._rooms:
            self._rooms[count] = Rows(count, self._layers)
        rooms = self._rooms[count]
        step = rooms.step
        step.residual, step.positions, step.threads = residual.data_ptr(), positions.data_ptr(), torch.get_num_threads()
        step.label, step.labelled = (labels.data_ptr(), len(labels)) if labels is not None else (None, 0)
        return rooms

    def _describe(self, layer: LayerParts) -> _Layer:
        experts, size = layer.experts, layer.head_size
        hidden, wide = layer.norm.numel(), (layer.heads + 2 * layer.kv_heads) * size
        shapes = {
            "norm": (layer.norm, (hidden,)),
            "post_norm": (layer.post_norm, (hidden,)),
            "bias": (layer.bias, (wide,)),
            "gate": (layer.gate, (experts.experts, hidden)),
            "turns": (layer.turns, (len(layer.turns), layer.turns.shape[-1])),
        }
        for name, (tensor, shape) in shapes.items():
            if tensor is not None and (tensor.shape != shape or not _rows(tensor)):
                raise BadCall(f"{name} of a layer is {tuple(tensor.shape)} {tensor.dtype}", f"{name} 的形状或类型不符")
        sizes = (layer.qkv.outputs, layer.qkv.cols, layer.out.outputs, layer.out.cols, experts.hidden)
        if sizes != (wide, hidden, hidden, layer.heads * size, hidden) or not 0 < layer.top_k <= experts.experts:
            raise BadCall(f"the matrices of a layer do not fit each other: {sizes}", "层内矩阵的形状不匹配")
        return self._written(layer, hidden)

    def _written(self, layer: LayerParts, hidden: int) -> _Layer:
        experts, counts = layer.experts, layer.counts
        table = all_first(None, experts.experts) if experts.shared else None
        self._kept.extend(part for part in (table, counts) if part is not None)
        if counts is not None and (counts.shape[1:] != (experts.experts,) or counts.dtype is not torch.int64):
            raise BadCall(f"counts of a layer are {tuple(counts.shape)} {counts.dtype}", "计数张量的形状或类型不符")
        return _Layer(
            *(hidden, layer.heads, layer.kv_heads, layer.head_size, layer.turns.shape[-1], len(layer.turns)),
            *(layer.epsilon, layer.post_epsilon, layer.norm.data_ptr(), layer.post_norm.data_ptr()),
            *(layer.turns.data_ptr(), _matrix(layer.qkv, layer.bias), _matrix(layer.out, None), layer.gate.data_ptr()),
            *(experts.experts, layer.top_k, layer.renormalise, experts.inner, experts.kept, *experts.formats),
            *(experts.w13.data_ptr(), experts.w2.data_ptr(), _place(table)),
            *(len(counts) if counts is not None else 0, _place(counts)),
        )


def _matrix(packed: Packed, bias: Tensor | None) -> _Matrix:
    tail = packed.tail
    return _Matrix(
        *(packed.format, packed.rows, packed.cols, packed.data.data_ptr()),
        *((tail.format, tail.rows, tail.data.data_ptr()) if tail is not None else (Format.INT8, 0, None)),
        _place(bias),
    )


def _place(tensor: Tensor | None) -> int | None:
    return tensor.data_ptr() if tensor is not None else None


def _rows(tensor: Tensor) -> bool:
    return tensor.dtype is torch.bfloat16 and tensor.is_contiguous()


def _bytes(labels: Tensor) -> bool:
    return labels.dtype is torch.uint8 and labels.is_contiguous()
