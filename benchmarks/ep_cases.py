"""What each rank does for `benchmarks.ep`."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format
from inference.moe.parallel import split
from inference.moe.parallel.combine import Combine, exact, partial
from inference.moe.parallel.dispatch import dispatch
from inference.moe.parallel.group import Group
from inference.moe.parallel.layer import ParallelExperts
from inference.moe.parallel.placement import NOWHERE, Placement
from inference.moe.reference import Routing

TOKENS, HIDDEN, INNER, TOP_K = 64, 512, 384, 2


def compute_part(group: Group, library: Path, placement: Placement) -> tuple[Tensor, str]:
    """This rank's share of a layer in int4, and the kernel that computed it."""
    loaded = Library.load(library)
    kernel = loaded.choose_exact()
    draw = torch.Generator().manual_seed(1)
    w13 = (torch.randn(placement.experts, 2 * INNER, HIDDEN, generator=draw) / HIDDEN**0.5).bfloat16()
    w2 = (torch.randn(placement.experts, HIDDEN, INNER, generator=draw) / INNER**0.5).bfloat16()
    held = [one for one in placement.held[group.rank] if one != NOWHERE]
    packed = loaded.pack_experts(w13[held], w2[held], Format.INT4)
    x = torch.randn(TOKENS, HIDDEN, generator=draw).bfloat16()
    ids = torch.rand(TOKENS, placement.experts, generator=draw).argsort(1)[:, :TOP_K]
    shares = torch.rand(TOKENS, TOP_K, generator=draw)

    def compute(rows: Tensor, places: Tensor) -> Tensor:
        return loaded.experts(rows, packed, places[:, None], torch.ones(len(places), 1))

    mine = _mine(group, TOKENS)
    return ParallelExperts(group, placement, compute)(x[mine], Routing(ids[mine], shares[mine])), kernel


def send_rows(group: Group, placement: Placement, ids: Tensor, hidden: int, combine: Combine) -> tuple[int, int]:
    """Bytes that leave this rank on the way there and on the way back; experts return their rows as they came."""
    mine = ids[_mine(group, len(ids))]
    x, weights = torch.zeros(len(mine), hidden, dtype=torch.bfloat16), torch.ones(mine.shape)
    sent, received = dispatch(x, split.even(mine, placement), weights, placement.slots, group)
    there = group.traffic.bytes
    if combine is Combine.EXACT:
        exact(received, sent, weights, lambda rows, _: rows, group)
    else:
        partial(received, sent, len(mine), lambda rows, _: rows, group)
    return there, group.traffic.bytes - there


def _mine(group: Group, tokens: int) -> slice:
    return slice(tokens * group.rank // group.size, tokens * (group.rank + 1) // group.size)
