"""fp8 (e4m3) by blocks: 1 x 128 for activations, 128 x 128 for weights, as DeepSeek-V3 has it."""

import torch
import triton
import triton.language as tl
from torch import Tensor

from inference.moe.kernels.triton.weights import FP8, GROUP

LARGEST = 448.0
"""Of e4m3."""
_LARGEST = tl.constexpr(LARGEST)
_SMALLEST = tl.constexpr(1e-10)
_ROWS = 32


@triton.jit
def rounded(x):
    """Of x [rows, 128]: fp8 and the float32 scale of each row; a row of zeros stays one."""
    wide = x.to(tl.float32)
    scale = tl.maximum(tl.max(tl.abs(wide), 1), _SMALLEST) / _LARGEST
    return tl.minimum(tl.maximum(wide / scale[:, None], -_LARGEST), _LARGEST).to(tl.float8e4nv), scale


@triton.jit
def _by_row(x, out, scales, rows, columns, blocks, limit, ROWS: tl.constexpr, LIMITED: tl.constexpr):
    """Grid: (ROWS rows, a group of 128 columns). With LIMITED only the first blocks[0] * limit rows are done."""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    column = tl.program_id(1) * 128 + tl.arange(0, 128)
    last = rows
    if LIMITED:
        last = tl.minimum(rows, tl.load(blocks) * limit)
    inside = (row[:, None] < last) & (column[None, :] < columns)
    at = row[:, None].to(tl.int64) * columns + column[None, :]
    narrow, scale = rounded(tl.load(x + at, mask=inside, other=0.0))
    tl.store(out + at, narrow, mask=inside)
    tl.store(scales + row.to(tl.int64) * tl.cdiv(columns, 128) + tl.program_id(1), scale, mask=row < last)


def by_row(x: Tensor, totals: Tensor | None = None, block: int = 1) -> tuple[Tensor, Tensor]:
    """Activations x [rows, columns], contiguous -> fp8 of that shape and float32 scales [rows, ceil(columns / 128)].

    Args:
        x: float16, bfloat16 or float32.
        totals: a plan's; then only the rows of its blocks are done, and the rest of the output is undefined.
        block: the plan's.
    """
    rows, columns = x.shape
    out = torch.empty_like(x, dtype=FP8)
    scales = torch.empty((rows, triton.cdiv(columns, GROUP)), dtype=torch.float32, device=x.device)
    if rows:
        limited = totals is not None
        blocks = totals[1:] if totals is not None else scales
        grid = (triton.cdiv(rows, _ROWS), triton.cdiv(columns, GROUP))
        _by_row[grid](x, out, scales, rows, columns, blocks, block, ROWS=_ROWS, LIMITED=limited)
    return out, scales


def by_block(w: Tensor) -> tuple[Tensor, Tensor]:
    """Weights w [experts, rows, columns] -> fp8 and scales [experts, ceil(rows / 128), ceil(columns / 128)] float32.

    In torch: it is done once, when weights are loaded. w13 is to be given as gate and up apart where `inner` is no
    multiple of 128.
    """
    experts, rows, columns = w.shape
    tall, wide = -(-rows // GROUP), -(-columns // GROUP)
    room = w.new_zeros((experts, tall * GROUP, wide * GROUP), dtype=torch.float32)
    room[:, :rows, :columns] = w
    blocks = room.view(experts, tall, GROUP, wide, GROUP)
    scales = blocks.abs().amax((2, 4)).clamp_min(1e-10) / LARGEST
    narrow = (blocks / scales[:, :, None, :, None]).view(experts, tall * GROUP, wide * GROUP)
    return narrow[:, :rows, :columns].to(FP8).contiguous(), scales
