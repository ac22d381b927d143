"""A kernel that does nothing but read: what others are measured against."""

import triton
import triton.language as tl
from torch import Tensor

SIZE = 8192
"""Numbers that a program reads."""


@triton.jit
def _read(source, sums, COUNT: tl.constexpr):
    """Grid: a program for COUNT numbers of source, of which it writes one sum."""
    at = tl.program_id(0).to(tl.int64) * COUNT + tl.arange(0, COUNT)
    tl.store(sums + tl.program_id(0), tl.sum(tl.load(source + at), 0))


def read(source: Tensor, sums: Tensor) -> Tensor:
    """Sums [n] float32 of source [n * SIZE] float32, by the way."""
    _read[(len(sums),)](source, sums, COUNT=SIZE, num_warps=8)
    return sums
