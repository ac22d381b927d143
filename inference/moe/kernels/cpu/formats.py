"""Which format a weight is kept in: int4 where it loses little, int8 where it would lose much."""

from __future__ import annotations

from torch import Tensor

from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format

INT4_LOSS = 0.03
"""Relative error of a down projection up to which int4 is kept: 0.006 where the weights were once stored on a grid of
sixteen levels, 0.076 where they were stored in six bits (GGUF's Q4_K_M stores half of the down projections so).
"""
_SAMPLE = 16


def of_down_projection(library: Library, w2: Tensor, fmt: Format) -> Format:
    """The format of w2 [experts, hidden, inner] bf16 where the gate and up projections are in `fmt`."""
    if fmt is not Format.INT4:
        return fmt
    sample = w2[0, :_SAMPLE].contiguous()
    back = library.unpack(library.pack(sample, Format.INT4))
    lost = (back - sample.float()).norm() / sample.float().norm().clamp_min(1e-30)
    return Format.INT4 if lost <= INT4_LOSS else Format.INT8
