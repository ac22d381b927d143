"""What a rank does in the tests of several processes."""

import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.moe import reference
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format
from inference.moe.parallel.combine import Combine
from inference.moe.parallel.dispatch import dispatch
from inference.moe.parallel.group import Group
from inference.moe.parallel.layer import ParallelExperts
from inference.moe.parallel.migrate import Migration
from inference.moe.parallel.placement import NOWHERE, Placement
from inference.moe.parallel.split import Split, even
from inference.moe.reference import Routing

HIDDEN, INNER = 16, 12


def weights(experts: int) -> tuple[Tensor, Tensor]:
    """The same w13 [experts, 2 * inner, hidden] and w2 [experts, hidden, inner] on every rank and in every world."""
    draw = torch.Generator().manual_seed(experts)
    w13 = torch.randn(experts, 2 * INNER, HIDDEN, generator=draw)
    return w13, torch.randn(experts, HIDDEN, INNER, generator=draw)


def batch(tokens: int, ids: Tensor) -> tuple[Tensor, Routing]:
    """x [tokens, hidden] and a routing with shares that do not sum exactly."""
    draw = torch.Generator().manual_seed(tokens)
    return torch.randn(tokens, HIDDEN, generator=draw), Routing(ids, torch.rand(ids.shape, generator=draw))


def row_by_row(held: tuple[int, ...], experts: int) -> Any:
    """Experts that compute a row the same whatever is computed beside it."""
    w13, w2 = weights(experts)

    def compute(x: Tensor, places: Tensor) -> Tensor:
        out = torch.empty_like(x)
        for number, (row, place) in enumerate(zip(x, places.tolist(), strict=True)):
            expert = held[place]
            gate, up = (w13[expert] @ row).chunk(2)
            out[number] = w2[expert] @ (torch.nn.functional.silu(gate) * up)
        return out

    return compute


def portion(rank: int, shares: list[int]) -> slice:
    """The tokens of a rank, when rank r has shares[r] of them."""
    return slice(sum(shares[:rank]), sum(shares[: rank + 1]))


def layer(
    group: Group, placement: Placement, shares: list[int], ids: Tensor, split: Split, combine: Combine
) -> tuple[Tensor, int, int, Tensor]:
    """One call; this rank's output, what it sent, in how many exchanges, and the load it saw."""
    x, routing = batch(len(ids), ids)
    mine = portion(group.rank, shares)
    compute = row_by_row(placement.held[group.rank], placement.experts)
    experts = ParallelExperts(group, placement, compute, split=split, combine=combine)
    out = experts(x[mine], Routing(routing.ids[mine], routing.weights[mine]))
    return out, group.traffic.bytes, group.traffic.exchanges, experts.load


def travelled(group: Group, placement: Placement, shares: list[int], ids: Tensor) -> tuple[list[int], list[int], int]:
    """Rows that this rank sent to each and got from each, and slots that came to be computed here."""
    x, routing = batch(len(ids), ids)
    mine = portion(group.rank, shares)
    sent, received = dispatch(x[mine], even(ids[mine], placement), routing.weights[mine], placement.slots, group)
    return sent.rows, received.rows, int((received.places >= 0).sum())


def types(group: Group, dtype: torch.dtype) -> bool:
    """Rows of a type reach every rank as they were."""
    sent = [group.rank + 1 + rank for rank in range(group.size)]
    rows = torch.arange(sum(sent) * 8, dtype=torch.uint8).view(-1, 8) % 50
    lengths = group.lengths(torch.tensor(sent), "test").tolist()
    typed = rows.to(dtype)
    there = group.exchange(typed, sent, lengths, "test")
    back = group.exchange(there, lengths, sent, "test")
    return back.dtype is dtype and bool(torch.equal(back.float(), typed.float()))


def moving(group: Group, old: Placement, new: Placement, ids: Tensor) -> tuple[bool, bool, int]:
    """Answers before, during and after a migration are the same; bytes that travelled for it."""
    w13, w2 = weights(old.experts)
    flat = torch.cat([w13.flatten(1), w2.flatten(1)], dim=1)
    x, routing = batch(len(ids), ids)
    mine = portion(group.rank, [len(ids) // group.size] * group.size)

    def answer(held: tuple[int, ...], placement: Placement, stored: Tensor) -> Tensor:
        named = torch.stack([flat[one] if one != NOWHERE else torch.zeros_like(flat[0]) for one in held])
        assert torch.equal(stored, named)
        experts = ParallelExperts(group, placement, row_by_row(held, placement.experts))
        return experts(x[mine], Routing(routing.ids[mine], routing.weights[mine]))

    stored = torch.stack([flat[one] if one != NOWHERE else torch.zeros_like(flat[0]) for one in old.held[group.rank]])
    before = answer(old.held[group.rank], old, stored)
    migration, same, moved = Migration(stored, old, new, group), True, 0
    while not migration.done:
        already = group.traffic.bytes
        migration.advance(2)
        moved += group.traffic.bytes - already
        same &= bool(torch.equal(answer(old.held[group.rank], old, stored), before))
    after = answer(new.held[group.rank], new, migration.result)
    return same, bool(torch.equal(before, after)), moved


def until(group: Group, placement: Placement, ids: Tensor, step: str, ready: Any) -> int:
    """Call the layer for ever; the last rank stays behind in `step` after two calls and says so. Ends by RankLost."""
    x, routing = batch(len(ids), ids)
    compute = row_by_row(placement.held[group.rank], placement.experts)
    calls = 0

    def lingering(rows: Tensor, places: Tensor) -> Tensor:
        if step == "compute" and calls == 2:
            linger()
        return compute(rows, places)

    def linger() -> None:
        if group.rank == group.size - 1:
            ready.touch()
            time.sleep(120)

    exchange = group.exchange

    def slow(rows: Tensor, sent: list[int], received: list[int], name: str) -> Tensor:
        if calls == 2 and name.startswith(step):
            linger()
        return exchange(rows, sent, received, name)

    group.exchange = slow  # type: ignore[method-assign]
    experts = ParallelExperts(group, placement, lingering)
    while True:
        experts(x, routing)
        calls += 1


def oracle(ids: Tensor, experts: int) -> Tensor:
    """What the layer must compute, [tokens, hidden] float64."""
    x, routing = batch(len(ids), ids)
    return reference.experts(x, *weights(experts), routing)


def house_kernel(group: Group, library: Path, fmt: Format, placement: Placement, ids: Tensor) -> Tensor:
    """This rank's part of the layer, computed by our kernel on this processor; every rank has equally many tokens."""
    loaded = Library.load(library)
    loaded.choose_exact()
    draw = torch.Generator().manual_seed(11)
    hidden, inner = 128, 96
    w13 = (torch.randn(placement.experts, 2 * inner, hidden, generator=draw) / 11).bfloat16()
    w2 = (torch.randn(placement.experts, hidden, inner, generator=draw) / 10).bfloat16()
    held = [one for one in placement.held[group.rank] if one != NOWHERE]
    packed = loaded.pack_experts(w13[held], w2[held], fmt)

    def compute(x: Tensor, places: Tensor) -> Tensor:
        return loaded.experts(x, packed, places[:, None], torch.ones(len(places), 1))

    x = torch.randn(len(ids), hidden, generator=draw).bfloat16()
    shares = torch.rand(ids.shape, generator=draw)
    mine = portion(group.rank, [len(ids) // group.size] * group.size)
    return ParallelExperts(group, placement, compute)(x[mine], Routing(ids[mine], shares[mine]))
