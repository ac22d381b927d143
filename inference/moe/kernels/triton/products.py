"""The two grouped products of a layer of experts.

Both have the weights as the left operand and the tokens as the right one ("swap AB"): Hopper's matrix unit wants 64
rows on the left and takes 8 or more columns on the right, so a block of few tokens wastes nothing. A program walks over
tiles (a block of the plan times some rows of its expert's weights); how many there are it reads from the plan. Every
number of an output is summed over the depth in one order, whatever else is in the batch.

Pointers: x [tokens, hidden] or h [places, inner], in the weights' type or fp8 with a float32 scale for 128 columns;
w [experts, rows, depth]; weights' scales as blocks of 128 x 128, strides of zero allowed. MODE says how fp8 goes: 0 no
fp8, 1 the tokens are fp8 with scales, 2 they are rounded to fp8 as they are loaded (as `quantise` does, bit for bit).
"""

import triton
import triton.language as tl

from inference.moe.kernels.triton.quantise import rounded


@triton.jit
def _block(plan_slots, starts, counts, block_expert, block, TOKENS: tl.constexpr):
    """Expert of a block, its places, which of them are taken, and the slots there (0 where none is)."""
    expert = tl.load(block_expert + block)
    place = block * TOKENS + tl.arange(0, TOKENS)
    kept = place < tl.load(starts + expert) + tl.load(counts + expert)
    return expert.to(tl.int64), place, kept, tl.load(plan_slots + place, mask=kept, other=0)


@triton.jit
def _sum(
    w_at, x_at, w_scale_at, x_scale_at, scale_step, first, last, depth,
    MODE: tl.constexpr, ROWS: tl.constexpr, TOKENS: tl.constexpr, DEPTH: tl.constexpr, EVEN: tl.constexpr,
):  # fmt: skip
    """Sum over first <= k < last of w[:, k] x[:, k]: w_at [ROWS, 1] and x_at [TOKENS, 1] pointers to rows of `depth`;
    with scales, DEPTH is 128 and each step's sum is scaled in float32 (DeepSeek-V3's promotion). -> [ROWS, TOKENS]
    """
    total = tl.zeros([ROWS, TOKENS], dtype=tl.float32)
    for k in range(first, last, DEPTH):
        at = k + tl.arange(0, DEPTH)
        if EVEN:
            w = tl.load(w_at + at[None, :])
            x = tl.load(x_at + at[None, :])
        else:
            w = tl.load(w_at + at[None, :], mask=at[None, :] < depth, other=0.0)
            x = tl.load(x_at + at[None, :], mask=at[None, :] < depth, other=0.0)
        if MODE == 0:
            total = tl.dot(w, tl.trans(x), total, input_precision="ieee")
        else:
            w_scale = tl.load(w_scale_at + (k // DEPTH) * scale_step)
            if MODE == 1:
                x_scale = tl.load(x_scale_at + k // DEPTH)
                part = tl.dot(w, tl.trans(x))
            else:
                narrow, x_scale = rounded(x)
                part = tl.dot(w, tl.trans(narrow))
            total += part * w_scale[:, None] * x_scale[None, :]
    return total


@triton.jit
def first_product(
    x, x_scales, w, w_scales, h, slots, starts, counts, block_expert, totals,
    hidden, inner, top_k, x_row, w_expert, w_row, s_expert, s_row, s_col,
    MODE: tl.constexpr, HALF: tl.constexpr, TOKENS: tl.constexpr, DEPTH: tl.constexpr, EVEN: tl.constexpr,
):  # fmt: skip
    """SwiGLU of the first product: h [places, inner] = silu(x gate^T) * (x up^T), for the places of the plan.

    Grid: any number of programs; a tile is TOKENS places and HALF columns of inner. Its left operand has 2 * HALF rows,
    gate and up by turns of eight: in the layout of Hopper's accumulator both then lie in one thread, and the weights
    need no interleaving in memory.
    """
    across = tl.cdiv(inner, HALF)
    for tile in range(tl.program_id(0), tl.load(totals + 1) * across, tl.num_programs(0)):
        expert, place, kept, slot = _block(slots, starts, counts, block_expert, tile // across, TOKENS)
        lane = tl.arange(0, 2 * HALF)
        side = (lane // 8) % 2
        column = tl.minimum((tile % across) * HALF + lane // 16 * 8 + lane % 8, inner - 1)
        token = (slot // top_k).to(tl.int64)
        w_at = w + expert * w_expert + (side * inner + column)[:, None].to(tl.int64) * w_row
        s_at = w_scales + expert * s_expert + (side * tl.cdiv(inner, 128) + column // 128) * s_row
        x_at, x_scale_at = x + token[:, None] * x_row, x_scales + token * tl.cdiv(hidden, 128)
        total = _sum(
            w_at, x_at, s_at, x_scale_at, s_col, 0, hidden, hidden, MODE, 2 * HALF, TOKENS, DEPTH, EVEN
        )  # fmt: skip
        pairs = tl.permute(tl.reshape(total, (HALF // 8, 2, 8, TOKENS)), (0, 2, 3, 1))
        gate, up = tl.split(pairs)
        made = tl.reshape(gate * tl.sigmoid(gate) * up, (HALF, TOKENS))
        out = (tile % across) * HALF + tl.arange(0, HALF)
        at = h + place[None, :].to(tl.int64) * inner + out[:, None]
        tl.store(at, made.to(h.dtype.element_ty), mask=kept[None, :] & (out[:, None] < inner))


@triton.jit
def second_product(
    h, h_scales, w, w_scales, rows, slots, starts, counts, block_expert, totals,
    hidden, inner, all_slots, w_expert, w_row, s_expert, s_row, s_col,
    MODE: tl.constexpr, ROWS: tl.constexpr, TOKENS: tl.constexpr, DEPTH: tl.constexpr, EVEN: tl.constexpr,
    SPLIT: tl.constexpr,
):  # fmt: skip
    """The way back: rows [SPLIT, all_slots, hidden] = h w2^T, each slot in a row of its own, not weighted yet.

    Grid: any number of programs; a tile is TOKENS places, ROWS columns of hidden and one of SPLIT parts of the depth.
    """
    across = tl.cdiv(hidden, ROWS)
    span = tl.cdiv(tl.cdiv(inner, DEPTH), SPLIT) * DEPTH
    for tile in range(tl.program_id(0), tl.load(totals + 1) * across * SPLIT, tl.num_programs(0)):
        part = tile % SPLIT
        turn = tile // SPLIT
        expert, place, kept, slot = _block(slots, starts, counts, block_expert, turn // across, TOKENS)
        row = (turn % across) * ROWS + tl.arange(0, ROWS)
        inside = tl.minimum(row, hidden - 1)
        where = tl.where(kept, place, tl.load(starts + expert)).to(tl.int64)  # what no one wrote may be anything
        w_at = w + expert * w_expert + inside[:, None].to(tl.int64) * w_row
        s_at = w_scales + expert * s_expert + inside // 128 * s_row
        h_at, h_scale_at = h + where[:, None] * inner, h_scales + where * tl.cdiv(inner, 128)
        last = tl.minimum(inner, (part + 1) * span)
        total = _sum(
            w_at, h_at, s_at, h_scale_at, s_col, part * span, last, inner, MODE, ROWS, TOKENS, DEPTH, EVEN
        )  # fmt: skip
        at = rows + (part.to(tl.int64) * all_slots + slot[None, :]) * hidden + row[:, None]
        tl.store(at, total.to(rows.dtype.element_ty), mask=kept[None, :] & (row[:, None] < hidden))
