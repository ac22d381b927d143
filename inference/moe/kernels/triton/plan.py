"""Which slots each expert computes, found on the device.

A slot is token * top_k + position. Each expert's slots, in their own order, fill whole blocks of `block` places, so
that a tile of a product belongs to one expert; the blocks of all experts follow each other. Ranks are counted, never
taken from atomics: the same ids give the same plan. Up to 2,048 slots one launch does it, and every program counts all
ids for itself, which costs less than waiting for another; above that, counts by tile, their prefix sums and the
placing are three launches. The blocks' padding is that of vLLM's `moe_align_block_size`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import triton
import triton.language as tl
from torch import Tensor

from inference.moe.errors import BadCall, UnknownExpert

ONE_LAUNCH = 2048
"""Slots up to which a single launch makes the plan."""
_MINE, _TILE, _CHUNK, _COLUMNS = 16, 256, 64, 16


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """A plan, all int32 on the device; nothing of it has been read by the host.

    counts [experts]; starts [experts], the first place of each, a multiple of `block`; slots [places], valid where an
    expert's places are (starts to starts + counts); place [tokens * top_k], where a slot is, or -1; active [experts],
    the experts with slots, ascending, the first totals[0] valid; block_expert [blocks], the first totals[1] valid;
    totals [3]: active experts, blocks, ids that name no expert.
    """

    counts: Tensor
    starts: Tensor
    slots: Tensor
    place: Tensor
    active: Tensor
    block_expert: Tensor
    totals: Tensor
    block: int
    known: int

    def check(self) -> None:
        """Wait for the device and raise UnknownExpert if an id named no expert; the kernels leave such slots out."""
        if int(self.totals[2]):
            raise UnknownExpert(self.known)


def route_plan(ids: Tensor, experts: int, block: int, expert_map: Tensor | None = None) -> DevicePlan:
    """The plan of ids [tokens, top_k], int32 or int64, contiguous: global ids, -1 for none, doublets allowed.

    Args:
        ids: what the router chose.
        experts: how many this rank holds.
        block: places in a block, a power of two.
        expert_map: [global experts] int32 -> local id, -1 for those held elsewhere; None where ids are local.

    Raises:
        BadCall: ids of another shape or type.
    """
    if ids.ndim != 2 or ids.dtype not in {torch.int32, torch.int64} or not ids.is_contiguous():
        raise BadCall(
            f"ids {list(ids.shape)} of {ids.dtype}: a plan is made of [tokens, top_k], int32 or int64, contiguous.",
            f"ids 为 {list(ids.shape)}、{ids.dtype}：应为连续的 [tokens, top_k]，int32 或 int64。",
        )
    plan = _empty(ids, experts, block, experts if expert_map is None else len(expert_map))
    bins = max(16, triton.next_power_of_2(experts + 2))
    table = ids if expert_map is None else expert_map
    n = ids.numel()
    outputs = (plan.counts, plan.starts, plan.slots, plan.place, plan.active, plan.block_expert, plan.totals)
    facts = (n, plan.known, experts)
    how = {"MAPPED": expert_map is not None, "BINS": bins}
    if n <= ONE_LAUNCH:
        every = max(16, triton.next_power_of_2(n))
        grid = (max(1, triton.cdiv(n, _MINE)),)
        _plan_at_once[grid](
            ids,
            table,
            *outputs,
            *facts,
            EVERY=every,
            MINE=_MINE,
            BLOCK=block,
            num_warps=4 if every <= 1024 else 8,
            **how,
        )
        return plan
    tiles = triton.cdiv(n, _TILE)
    before = torch.empty((tiles, bins), dtype=torch.int32, device=ids.device)
    sums = torch.empty(bins, dtype=torch.int32, device=ids.device)
    _count_tiles[(tiles,)](ids, table, before, *facts, TILE=_TILE, **how)
    _sum_before[(bins // _COLUMNS,)](before, sums, tiles, BINS=bins, CHUNK=_CHUNK, COLUMNS=_COLUMNS)
    _place_tiles[(tiles,)](ids, table, before, sums, *outputs, *facts, TILE=_TILE, CHUNK=_CHUNK, BLOCK=block, **how)
    return plan


def _empty(ids: Tensor, experts: int, block: int, known: int) -> DevicePlan:
    """Room for a plan. Every expert with slots wastes less than a block, so these bounds hold for any routing."""
    n = ids.numel()
    blocks = n // block + min(experts, n)
    sizes = (experts, experts, blocks * block, n, experts, blocks, 3)
    counts, starts, slots, place, active, block_expert, totals = (
        torch.empty(size, dtype=torch.int32, device=ids.device) for size in sizes
    )
    return DevicePlan(counts, starts, slots, place, active, block_expert, totals, block, known)


@triton.jit
def _local(ids, table, at, n, known, experts, MAPPED: tl.constexpr):
    """Local expert of the slots `at`; `experts` where none is to be computed here, one more for an id of none."""
    chosen = tl.load(ids + at, mask=at < n, other=-1).to(tl.int32)
    named = (chosen >= 0) & (chosen < known)
    local = chosen
    if MAPPED:
        local = tl.load(table + chosen, mask=named, other=-1).to(tl.int32)
        named = named & (local < experts)
    nowhere = (chosen == -1) | (named & (local < 0))
    return tl.where(nowhere, experts, tl.where(named, local, experts + 1))


@triton.jit
def _starts(count, BLOCK: tl.constexpr):
    """First place of each expert, and its turn among those with slots; count [BINS]."""
    blocks = (count + BLOCK - 1) // BLOCK
    busy = (count > 0).to(tl.int32)
    return (tl.cumsum(blocks, 0) - blocks) * BLOCK, tl.cumsum(busy, 0) - busy


@triton.jit
def _of(values, which, bins):
    """values[which]: values [BINS], which [M] -> [M]."""
    return tl.sum(tl.where(which[:, None] == bins[None, :], values[None, :], 0), 1)


@triton.jit
def _put(at, n, here, rank, first, turn, experts, slots, place, active, block_expert, BLOCK: tl.constexpr):
    """Write the slots `at` [M], whose expert, rank in it, its first place and its turn are known."""
    kept = here < experts
    spot = first + rank
    tl.store(place + at, tl.where(kept, spot, -1), mask=at < n)
    tl.store(slots + spot, at, mask=kept)
    tl.store(block_expert + spot // BLOCK, here, mask=kept & (rank % BLOCK == 0))
    tl.store(active + turn, here, mask=kept & (rank == 0))


@triton.jit
def _tell(count, start, strange, bins, experts, counts, starts, totals, BLOCK: tl.constexpr):
    """Write what is true of the whole plan: one program does."""
    tl.store(counts + bins, count, mask=bins < experts)
    tl.store(starts + bins, start, mask=bins < experts)
    tl.store(totals, tl.sum((count > 0).to(tl.int32), 0))
    tl.store(totals + 1, tl.sum((count + BLOCK - 1) // BLOCK, 0))
    tl.store(totals + 2, strange)


@triton.jit
def _plan_at_once(
    ids, table, counts, starts, slots, place, active, block_expert, totals, n, known, experts,
    MAPPED: tl.constexpr, EVERY: tl.constexpr, MINE: tl.constexpr, BINS: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Grid: a program for MINE slots. Each counts all EVERY ids, then ranks its own against those before them."""
    every, bins = tl.arange(0, EVERY), tl.arange(0, BINS)
    local = _local(ids, table, every, n, known, experts, MAPPED)
    drawn = tl.histogram(local, BINS)
    count = tl.where(bins < experts, drawn, 0)
    start, turn = _starts(count, BLOCK)
    at = tl.program_id(0) * MINE + tl.arange(0, MINE)
    here = _local(ids, table, at, n, known, experts, MAPPED)
    earlier = (every[None, :] < at[:, None]) & (local[None, :] == here[:, None])
    rank = tl.sum(earlier.to(tl.int32), 1)
    first, own_turn = _of(start, here, bins), _of(turn, here, bins)
    _put(at, n, here, rank, first, own_turn, experts, slots, place, active, block_expert, BLOCK)
    if tl.program_id(0) == 0:
        strange = tl.sum(tl.where(bins == experts + 1, drawn, 0), 0)
        _tell(count, start, strange, bins, experts, counts, starts, totals, BLOCK)


@triton.jit
def _count_tiles(
    ids, table, before, n, known, experts, MAPPED: tl.constexpr, BINS: tl.constexpr, TILE: tl.constexpr
):  # fmt: skip
    """Grid: a program a tile of TILE slots; before [tiles, BINS] gets its counts."""
    tile = tl.program_id(0)
    local = _local(ids, table, tile * TILE + tl.arange(0, TILE), n, known, experts, MAPPED)
    tl.store(before + tile * BINS + tl.arange(0, BINS), tl.histogram(local, BINS))


@triton.jit
def _sum_before(before, sums, tiles, BINS: tl.constexpr, CHUNK: tl.constexpr, COLUMNS: tl.constexpr):
    """Grid: a program for COLUMNS experts. Counts become, in place, what the tiles before hold; sums [BINS] all."""
    column = tl.program_id(0) * COLUMNS + tl.arange(0, COLUMNS)
    running = tl.zeros([COLUMNS], dtype=tl.int32)
    for first in range(0, tiles, CHUNK):
        tile = first + tl.arange(0, CHUNK)
        at = before + tile[:, None] * BINS + column[None, :]
        count = tl.load(at, mask=tile[:, None] < tiles, other=0)
        tl.store(at, running[None, :] + tl.cumsum(count, 0) - count, mask=tile[:, None] < tiles)
        running += tl.sum(count, 0)
    tl.store(sums + column, running)


@triton.jit
def _place_tiles(
    ids, table, before, sums, counts, starts, slots, place, active, block_expert, totals, n, known, experts,
    MAPPED: tl.constexpr, BINS: tl.constexpr, TILE: tl.constexpr, CHUNK: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Grid: a program a tile of TILE slots, ranked CHUNK at a time among the tile and after the tiles before."""
    tile, bins = tl.program_id(0), tl.arange(0, BINS)
    drawn = tl.load(sums + bins)
    count = tl.where(bins < experts, drawn, 0)
    start, turn = _starts(count, BLOCK)
    passed = tl.load(before + tile * BINS + bins)
    every = tile * TILE + tl.arange(0, TILE)
    local = _local(ids, table, every, n, known, experts, MAPPED)
    for chunk in range(0, TILE, CHUNK):
        at = tile * TILE + chunk + tl.arange(0, CHUNK)
        here = _local(ids, table, at, n, known, experts, MAPPED)
        earlier = (every[None, :] < at[:, None]) & (local[None, :] == here[:, None])
        rank = tl.sum(earlier.to(tl.int32), 1) + _of(passed, here, bins)
        first, own_turn = _of(start, here, bins), _of(turn, here, bins)
        _put(at, n, here, rank, first, own_turn, experts, slots, place, active, block_expert, BLOCK)
    if tile == 0:
        strange = tl.sum(tl.where(bins == experts + 1, drawn, 0), 0)
        _tell(count, start, strange, bins, experts, counts, starts, totals, BLOCK)
