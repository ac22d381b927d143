"""A layer of routed experts on a GPU: plan, first product with SwiGLU, second product, sum in slot order.

    moe_decode    up to 64 tokens: bound by reading weights
    moe_prefill   any number: persistent programs that take their tiles from the plan
    moe           one of the two, by the number of tokens
    slot_rows     every slot's row, not summed: for a combine that adds at the source

With `invariant=True` tile sizes do not depend on the batch, so a row's result is the same bits in any batch. Inputs may
hold no tokens; ids may be -1, may repeat, and may name experts held elsewhere (`expert_map`). Nothing waits for the
device, and all shapes follow from the inputs' shapes: a call can be captured in a CUDA graph.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
import triton
from torch import Tensor

from inference.moe.errors import BadCall
from inference.moe.kernels.triton import tiles as sizes
from inference.moe.kernels.triton.plan import DevicePlan, route_plan
from inference.moe.kernels.triton.products import first_product, second_product
from inference.moe.kernels.triton.quantise import by_row
from inference.moe.kernels.triton.reduce import sum_slots
from inference.moe.kernels.triton.tiles import DECODE_TOKENS, Shape, Tiles
from inference.moe.kernels.triton.weights import Experts

_PROCESSORS_WITHOUT_A_GPU = 3
_FP8_SINCE = (8, 9)


@dataclass(frozen=True, slots=True)
class Rows:
    """rows [split, tokens * top_k, hidden], written where the plan has a place for the slot."""

    rows: Tensor
    plan: DevicePlan


def moe(
    x: Tensor,
    experts: Experts,
    ids: Tensor,
    shares: Tensor,
    *,
    expert_map: Tensor | None = None,
    invariant: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """The layer's output [tokens, hidden] in x's type; see `moe_decode` for arguments and errors."""
    kernel = moe_decode if len(x) <= DECODE_TOKENS else moe_prefill
    return kernel(x, experts, ids, shares, expert_map=expert_map, invariant=invariant, out=out)


def moe_decode(
    x: Tensor,
    experts: Experts,
    ids: Tensor,
    shares: Tensor,
    *,
    expert_map: Tensor | None = None,
    invariant: bool = False,
    out: Tensor | None = None,
    tiles: Tiles | None = None,
) -> Tensor:
    """The layer's output for few tokens. An expert that several of them chose is read once.

    Args:
        x: [tokens, hidden], rows contiguous, in the weights' type; float16 or bfloat16 with fp8 weights, and then
            rounded to fp8 by groups of 128 columns as it is loaded.
        experts: weights on x's device.
        ids: [tokens, top_k] int32 or int64, contiguous: global, -1 for none. An id that names no expert adds nothing
            (`DevicePlan.check` tells).
        shares: [tokens, top_k] float32 or x's type, contiguous.
        expert_map: [global experts] int32 -> local id or -1.
        invariant: the same bits for a row in any batch.
        out: [tokens, hidden] contiguous, to be written.
        tiles: sizes other than the rule's.

    Raises:
        BadCall: more than 64 tokens, or shapes, types or a device that the kernels do not take.
    """
    if len(x) > DECODE_TOKENS:
        raise BadCall(
            f"moe_decode was given {len(x)} tokens; it takes up to {DECODE_TOKENS}. Use moe_prefill, or moe.",
            f"moe_decode 收到 {len(x)} 个 token，上限为 {DECODE_TOKENS}。请使用 moe_prefill 或 moe。",
        )
    shape = _shape(x, experts, ids, shares)
    how = tiles or (sizes.invariant(shape) if invariant else sizes.decode(shape))
    return _summed(_rows(x, experts, ids, expert_map, how, wide=not invariant, on_load=True), x, shares, out)


def moe_prefill(
    x: Tensor,
    experts: Experts,
    ids: Tensor,
    shares: Tensor,
    *,
    expert_map: Tensor | None = None,
    invariant: bool = False,
    out: Tensor | None = None,
    tiles: Tiles | None = None,
) -> Tensor:
    """The layer's output for many tokens; arguments and errors as `moe_decode`, without its limit.

    As many programs as the device holds take tile after tile, all row tiles of one block in turn, so that a block's
    tokens and an expert's weights stay in the second-level cache. Slots' rows are rounded to x's type.
    """
    shape = _shape(x, experts, ids, shares)
    how = tiles or (sizes.invariant(shape) if invariant else sizes.prefill(shape))
    return _summed(_rows(x, experts, ids, expert_map, how, wide=False, on_load=False), x, shares, out)


def slot_rows(x: Tensor, experts: Experts, ids: Tensor, *, expert_map: Tensor | None = None) -> Tensor:
    """Every slot's expert output [tokens, top_k, hidden] float32, not weighted; zero where none is computed here.

    For expert parallelism with the exact combine (`inference.moe.parallel.combine`): rows travel back and are summed
    at their source. Sizes are the invariant ones, so that a row does not depend on the rank that computed it.
    """
    tokens, top_k = ids.shape
    shape = _shape(x, experts, ids, ids)
    if not ids.numel():
        return x.new_zeros((tokens, top_k, experts.hidden), dtype=torch.float32)
    made = _rows(x, experts, ids, expert_map, sizes.invariant(shape), wide=True, on_load=False)
    kept = (made.plan.place >= 0)[:, None]
    return torch.where(kept, made.rows.sum(0), 0.0).view(tokens, top_k, experts.hidden)


def _rows(
    x: Tensor, experts: Experts, ids: Tensor, expert_map: Tensor | None, how: Tiles, *, wide: bool, on_load: bool
) -> Rows:
    """Both products. `wide`: slots' rows in float32; `on_load`: fp8 is made as tokens are loaded, not beforehand."""
    plan = route_plan(ids, experts.count, how.tokens, expert_map)
    places, slots = len(plan.slots), ids.numel()
    kind = torch.float32 if wide or how.split > 1 else x.dtype
    h = torch.empty((places, experts.inner), dtype=x.dtype, device=x.device)
    rows = torch.empty((how.split, slots, experts.hidden), dtype=kind, device=x.device)
    if not slots:
        return Rows(rows, plan)
    mode = 0 if not experts.fp8 else 2 if on_load else 1
    left, left_scales = by_row(x.contiguous()) if mode == 1 else (x, x)
    _first(left, left_scales, experts, h, plan, how, ids.shape[1], mode)
    middle, middle_scales = by_row(h, plan.totals, how.tokens) if mode == 1 else (h, h)
    _second(middle, middle_scales, experts, rows, plan, how, mode)
    return Rows(rows, plan)


def _first(
    x: Tensor, scales: Tensor, experts: Experts, h: Tensor, plan: DevicePlan, how: Tiles, k: int, mode: int
) -> None:
    hidden, inner, w = experts.hidden, experts.inner, experts.w13
    blocks = experts.block_scales()
    w_scales = blocks[0] if blocks else w
    first_product[(_programs(plan, triton.cdiv(inner, how.half), how, x.device),)](
        x, scales, w, w_scales, h, plan.slots, plan.starts, plan.counts, plan.block_expert, plan.totals,
        hidden, inner, k, x.stride(0), w.stride(0), w.stride(1), *w_scales.stride(),
        MODE=mode, HALF=how.half, TOKENS=how.tokens, DEPTH=how.depth, EVEN=hidden % how.depth == 0,
        num_warps=how.warps, num_stages=how.stages,
    )  # fmt: skip


def _second(h: Tensor, scales: Tensor, experts: Experts, rows: Tensor, plan: DevicePlan, how: Tiles, mode: int) -> None:
    hidden, inner, w = experts.hidden, experts.inner, experts.w2
    blocks = experts.block_scales()
    w_scales = blocks[1] if blocks else w
    tiles = triton.cdiv(hidden, how.rows) * how.split
    second_product[(_programs(plan, tiles, how, h.device),)](
        h, scales, w, w_scales, rows, plan.slots, plan.starts, plan.counts, plan.block_expert, plan.totals,
        hidden, inner, rows.shape[1], w.stride(0), w.stride(1), *w_scales.stride(),
        MODE=mode, ROWS=how.rows, TOKENS=how.tokens, DEPTH=how.depth, EVEN=inner % how.depth == 0, SPLIT=how.split,
        num_warps=how.warps, num_stages=how.stages,
    )  # fmt: skip


def _summed(made: Rows, x: Tensor, shares: Tensor, out: Tensor | None) -> Tensor:
    tokens, top_k = shares.shape
    if out is None:
        out = torch.empty_like(x, memory_format=torch.contiguous_format)
    if out.shape != x.shape or not out.is_contiguous():
        raise _refused(f"out {list(out.shape)}", f"{list(x.shape)}, contiguous")
    if tokens:
        split, _, hidden = made.rows.shape
        columns = min(1024, triton.next_power_of_2(hidden))
        sum_slots[(tokens, triton.cdiv(hidden, columns))](
            made.rows, made.plan.place, shares, out, tokens, hidden, top_k, SPLIT=split, COLUMNS=columns
        )
    return out


def _programs(plan: DevicePlan, tiles_a_block: int, how: Tiles, device: torch.device) -> int:
    most = max(1, len(plan.block_expert) * tiles_a_block)
    return min(most, how.programs * _processors(device)) if how.programs else most


@functools.cache
def _processors(device: torch.device) -> int:
    if device.type != "cuda":
        return _PROCESSORS_WITHOUT_A_GPU
    return torch.cuda.get_device_properties(device).multi_processor_count


@functools.cache
def _capability(device: torch.device) -> tuple[int, int]:
    return torch.cuda.get_device_capability(device) if device.type == "cuda" else (9, 0)


def _shape(x: Tensor, experts: Experts, ids: Tensor, shares: Tensor) -> Shape:
    """What the rule for tiles asks for, once the arguments fit each other. Raises BadCall."""
    if x.ndim != 2 or x.shape[1] != experts.hidden or (x.shape[1] > 1 and x.stride(1) != 1):
        raise _refused(f"x {list(x.shape)}", f"[tokens, {experts.hidden}] with contiguous rows")
    if ids.ndim != 2 or len(ids) != len(x) or shares.shape != ids.shape or not shares.is_contiguous():
        raise _refused(f"ids {list(ids.shape)} and shares {list(shares.shape)}", f"[{len(x)}, top_k], contiguous")
    narrow = (torch.float16, torch.bfloat16)
    if x.dtype not in (narrow if experts.fp8 else (experts.w13.dtype,)):
        raise _refused(f"x of {x.dtype} with weights of {experts.w13.dtype}", "one type, or float16/bfloat16 with fp8")
    if {experts.w13.device, experts.w2.device, ids.device, shares.device} != {x.device}:
        raise _refused(f"x on {x.device} and other tensors elsewhere", "tensors on one device")
    capability = _capability(x.device)
    if experts.fp8 and capability < _FP8_SINCE:
        raise _refused(f"fp8 weights on compute capability {capability}", "fp8 from 8.9 on, bfloat16 before")
    bits = experts.w13.element_size() * 8
    return Shape(experts.count, experts.hidden, experts.inner, ids.shape[1], len(x), bits, capability)


def _refused(got: str, wanted: str) -> BadCall:
    return BadCall(
        f"the experts' kernels were given {got}; they take {wanted}.", f"专家内核收到 {got}；应为 {wanted}。"
    )
