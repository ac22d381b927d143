"""Which format a weight is kept in: int4 where it loses little, int8 where it would lose much."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Packed

INT4_LOSS = 0.03
"""Relative error up to which int4 is kept: 0.006 where the weights were once stored on a grid of sixteen levels, 0.076
where they were stored in six bits (GGUF's Q4_K_M stores half of the down projections and of attention's values so).
"""
HEAD_MARGIN = 5.0
"""Of an output head that is kept in int4 and in int8: what is likelier than a hundred and fiftieth (e^-5) of the
likeliest token is computed in int8. The error of a logit in int4 is about a twelfth of their standard deviation, 0.2.
"""
_SAMPLE = 16


def of_down_projection(library: Library, w2: Tensor, fmt: Format) -> Format:
    """The format of w2 [experts, hidden, inner] bf16 where the gate and up projections are in `fmt`."""
    return of_rows(library, w2[0], fmt) if w2.shape[0] else fmt


def of_rows(library: Library, weight: Tensor, fmt: Format) -> Format:
    """Of weight [rows, cols] bf16: where `fmt` is INT4, INT8 if that would lose too much; else `fmt`."""
    if fmt is not Format.INT4:
        return fmt
    sample = weight[:_SAMPLE].contiguous()
    back = library.unpack(library.pack(sample, Format.INT4))
    lost = (back - sample.float()).norm() / sample.float().norm().clamp_min(1e-30)
    return Format.INT4 if lost <= INT4_LOSS else Format.INT8


def pack_linear(library: Library, weight: Tensor, fmt: Format, parts: Sequence[int]) -> Packed:
    """Pack weight [rows, cols] bf16 of a linear layer.

    Args:
        library: our kernels.
        weight: `parts` rows of one matrix after the other, as queries, keys and values of attention.
        fmt: INT4 keeps the first parts so as long as they lose little, and the rest in int8.
        parts: rows of each.
    """
    upper = 0
    for rows in parts:
        if of_rows(library, weight[upper : upper + rows], fmt) is not fmt:
            break
        upper += rows
    if upper == 0:
        return library.pack(weight, Format.INT8)
    tail = library.pack(weight[upper:], Format.INT8) if upper < len(weight) else None
    packed = library.pack(weight[:upper], fmt)
    return Packed(packed.data, packed.format, packed.rows, packed.cols, tail)
