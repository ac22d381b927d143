"""Rows of slots to rows of tokens: weighted and added in the order of the top-k, parts of a split depth first."""

import triton
import triton.language as tl


@triton.jit
def sum_slots(
    rows, place, shares, out, tokens, hidden, top_k, SPLIT: tl.constexpr, COLUMNS: tl.constexpr
):  # fmt: skip
    """Write out [tokens, hidden]: over positions, shares [tokens, top_k] * rows [SPLIT, tokens * top_k, hidden].

    Grid: (tokens, groups of COLUMNS). Slots whose place is -1 add nothing. Sums are float32.
    """
    token = tl.program_id(0).to(tl.int64)
    column = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    total = tl.zeros([COLUMNS], dtype=tl.float32)
    for position in range(top_k):
        slot = token * top_k + position
        kept = tl.load(place + slot) >= 0
        here = tl.where(kept, hidden, 0)  # where nothing was written, nothing is read
        share = tl.load(shares + slot).to(tl.float32)
        row = tl.zeros([COLUMNS], dtype=tl.float32)
        for part in tl.static_range(SPLIT):
            at = rows + (part * tokens * top_k + slot) * hidden + column
            row += tl.load(at, mask=column < here, other=0.0).to(tl.float32)
        total += tl.where(kept, row * share, 0.0)
    tl.store(out + token * hidden + column, total.to(out.dtype.element_ty), mask=column < hidden)
