"""What the experts are: matrices as a checkpoint holds them, with scales where they are fp8."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inference.moe.errors import BadCall

GROUP = 128
"""Rows and columns that share a scale: DeepSeek-V3's (arXiv 2412.19437, section 3.3.2)."""
FP8 = torch.float8_e4m3fn
_WIDE = (torch.float16, torch.bfloat16, torch.float32)


@dataclass(frozen=True, slots=True)
class Experts:
    """Weights of one layer on one device.

    w13 [experts, 2 * inner, hidden], gate above up, and w2 [experts, hidden, inner]; float16, bfloat16, float32 or
    float8_e4m3fn; the last dimension contiguous. Scales are float32 and belong to fp8 alone:
    scale13 [experts, 2 * ceil(inner / 128), ceil(hidden / 128)] and scale2 [experts, ceil(hidden / 128),
    ceil(inner / 128)], each the factor of a 128 x 128 block; or one factor an expert, scale13 [experts] or
    [experts, 2] (gate, up) and scale2 [experts].

    Raises:
        BadCall: shapes, types or scales that do not go together.
    """

    w13: Tensor
    w2: Tensor
    scale13: Tensor | None = None
    scale2: Tensor | None = None

    def __post_init__(self) -> None:
        w13, w2 = self.w13, self.w2
        if w13.ndim != 3 or w2.shape != (w13.shape[0], w13.shape[2], w13.shape[1] // 2) or w13.shape[1] % 2:
            raise _wrong(f"w13 {list(w13.shape)} and w2 {list(w2.shape)}", "[E, 2 * I, H] and [E, H, I]")
        if w13.dtype != w2.dtype or w13.dtype not in {*_WIDE, FP8}:
            raise _wrong(f"weights of {w13.dtype} and {w2.dtype}", "float16, bfloat16, float32 or float8_e4m3fn")
        if w13.stride(2) != 1 or w2.stride(2) != 1:
            raise _wrong("weights whose last dimension is not contiguous", "rows that lie together")
        if self.fp8 != (self.scale13 is not None) or self.fp8 != (self.scale2 is not None):
            raise _wrong("scales", "both with float8_e4m3fn and none otherwise")
        self.block_scales()

    @property
    def fp8(self) -> bool:
        """Whether the weights are float8_e4m3fn."""
        return self.w13.dtype == FP8

    @property
    def count(self) -> int:
        """Experts on this device."""
        return self.w13.shape[0]

    @property
    def hidden(self) -> int:
        """Width of a token."""
        return self.w13.shape[2]

    @property
    def inner(self) -> int:
        """Width inside an expert."""
        return self.w13.shape[1] // 2

    def block_scales(self) -> tuple[Tensor, Tensor] | None:
        """Both scales as blocks; a factor for a whole expert is a view with strides of zero. None without fp8."""
        if self.scale13 is None or self.scale2 is None:
            return None
        tall, wide = -(-self.inner // GROUP), -(-self.hidden // GROUP)
        first = _blocks(self.scale13, (self.count, 2, tall, wide)).reshape(self.count, 2 * tall, wide)
        return first, _blocks(self.scale2, (self.count, 1, wide, tall))[:, 0]


def _blocks(scale: Tensor, shape: tuple[int, int, int, int]) -> Tensor:
    experts, parts, tall, wide = shape
    if scale.dtype != torch.float32:
        raise _wrong(f"scales of {scale.dtype}", "float32")
    if scale.shape in {(experts,), (experts, parts)}:
        return scale.view(experts, -1, 1, 1).expand(shape)
    if scale.shape == (experts, parts * tall, wide):
        return scale.view(shape)
    raise _wrong(f"scales {list(scale.shape)}", f"{[experts, parts * tall, wide]} or {[experts]}")


def _wrong(got: str, wanted: str) -> BadCall:
    return BadCall(
        f"the experts' kernels were given {got}; they take {wanted}.", f"专家内核收到 {got}；应为 {wanted}。"
    )
