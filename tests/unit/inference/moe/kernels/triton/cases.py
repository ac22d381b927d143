"""What is done in the process where Triton interprets. Arguments and results are plain: they cross a pipe."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from inference.moe import reference
from inference.moe.reference import Routing


def prepare() -> None:
    """Before Triton is imported."""
    os.environ["TRITON_INTERPRET"] = "1"
    torch.set_num_threads(1)
    _mend_the_interpreter()


def _mend_the_interpreter() -> None:
    """Triton's interpreter (3.6 to 3.9) drops the carry where rounding to fp8 reaches the next power of two: 15.9
    becomes 8 instead of 16. Its other conversions are right; for this one torch rounds.
    """
    import triton.language as tl
    from triton.runtime import interpreter

    theirs = interpreter._convert_float

    def convert(data: Any, have: Any, wanted: Any, mode: Any) -> Any:
        if wanted == tl.float8e4nv and have == tl.float32:
            return torch.from_numpy(data.copy()).to(torch.float8_e4m3fn).view(torch.uint8).numpy()
        return theirs(data, have, wanted, mode)

    interpreter._convert_float = convert


@dataclass(frozen=True)
class Case:
    """A layer and a batch, the same wherever it is drawn. `held`: the experts of this rank, None for all."""

    tokens: int = 5
    top_k: int = 2
    experts: int = 4
    hidden: int = 64
    inner: int = 48
    kind: str = "spread"
    dtype: str = "float16"
    kernel: str = "moe"
    invariant: bool = False
    held: tuple[int, ...] | None = None
    scales: str = "block"
    long_ids: bool = False

    def weights(self) -> tuple[Tensor, Tensor]:
        draw = torch.Generator().manual_seed(self.hidden + self.inner)
        w13 = torch.randn(self.experts, 2 * self.inner, self.hidden, generator=draw) / self.hidden**0.5
        return w13, torch.randn(self.experts, self.hidden, self.inner, generator=draw) / self.inner**0.5

    def batch(self) -> tuple[Tensor, Routing]:
        draw = torch.Generator().manual_seed(1)
        x = torch.randn(200, self.hidden, generator=draw)[: self.tokens]
        routing = reference.route(
            torch.randn(200, self.experts, generator=draw)[: self.tokens], self.top_k, renormalise=True
        )
        ids = routing.ids.clone()
        if self.kind == "one hot expert":
            ids[:] = 1
        if self.kind == "with -1":
            ids[torch.rand(ids.shape, generator=draw) < 0.4] = -1
            ids[0] = -1
        if self.kind == "names none":
            ids[1, 0], ids[2, 1] = self.experts, -7
        return x, Routing(ids.long() if self.long_ids else ids, routing.weights)

    def map(self) -> Tensor | None:
        if self.held is None:
            return None
        return torch.tensor([self.held.index(e) if e in self.held else -1 for e in range(self.experts)]).int()


def output(case: Case) -> Tensor:
    """What our kernels make of it."""
    from inference.moe.kernels.triton import layer

    x, routing = case.batch()
    kernel = getattr(layer, case.kernel)
    kind = torch.float16 if case.dtype == "fp8" else getattr(torch, case.dtype)
    made: Tensor = kernel(
        x.to(kind), experts(case)[0], routing.ids, routing.weights, expert_map=case.map(), invariant=case.invariant
    )
    return made


def experts(case: Case) -> tuple[Any, Tensor, Tensor]:
    """The rank's experts, and the matrices that they stand for."""
    from inference.moe.kernels.triton.weights import Experts

    w13, w2 = case.weights()
    if case.held is not None:
        w13, w2 = w13[list(case.held)], w2[list(case.held)]
    if case.dtype != "fp8":
        w13, w2 = (w.to(getattr(torch, case.dtype)) for w in (w13, w2))
        return Experts(w13, w2), w13, w2
    gate, up = (_narrow(part, case.scales) for part in w13.chunk(2, dim=1))
    down = _narrow(w2, case.scales)
    scale13 = torch.cat([gate[1], up[1]], 1) if case.scales == "block" else torch.stack([gate[1], up[1]], 1)
    made = Experts(torch.cat([gate[0], up[0]], 1), down[0], scale13, down[1])
    return made, torch.cat([gate[2], up[2]], 1), down[2]


def _narrow(w: Tensor, scales: str) -> tuple[Tensor, Tensor, Tensor]:
    """fp8, scales, and what they stand for."""
    from inference.moe.kernels.triton.quantise import LARGEST, by_block

    if scales == "block":
        narrow, scale = by_block(w)
        wide = scale.repeat_interleave(128, 1)[:, : w.shape[1]].repeat_interleave(128, 2)[:, :, : w.shape[2]]
        return narrow, scale, narrow.float() * wide
    scale = w.abs().amax((1, 2)) / LARGEST
    narrow = (w / scale[:, None, None]).to(torch.float8_e4m3fn)
    return narrow, scale, narrow.float() * scale[:, None, None]


def distance(case: Case) -> float:
    """Largest difference from the oracle, as a share of the oracle's largest number; nan if ours has one."""
    x, routing = case.batch()
    _, w13, w2 = experts(case)
    made = output(case)
    if case.dtype == "fp8":
        wanted = _rounded_oracle(x.half(), w13, w2, case)
    else:
        kind = getattr(torch, case.dtype)
        known = torch.where((routing.ids < -1) | (routing.ids >= case.experts), -1, routing.ids)
        wanted = reference.experts(x.to(kind), w13, w2, Routing(known, routing.weights), case.map())
    assert made.shape == wanted.shape
    return float(((made.double() - wanted).abs().max() / wanted.abs().max().clamp_min(1e-30)).nan_to_num(nan=99))


def _rounded_oracle(x: Tensor, w13: Tensor, w2: Tensor, case: Case) -> Tensor:
    """The oracle with its activations rounded to fp8 where the kernels do it."""
    routing = case.batch()[1]
    table = case.map()
    total = torch.zeros(x.shape, dtype=torch.float64)
    for token in range(len(x)):
        for position, expert in enumerate(routing.ids[token].tolist()):
            local = expert if table is None or expert < 0 else int(table[expert])
            if local < 0:
                continue
            gate, up = (rounded(x[token : token + 1]) @ w13[local].double().T).chunk(2, dim=-1)
            middle = rounded((torch.nn.functional.silu(gate) * up).half())
            total[token] += routing.weights[token, position].double() * (middle @ w2[local].double().T)[0]
    return total


def rounded(x: Tensor) -> Tensor:
    """x [n, columns] through fp8 by groups of 128 columns, in torch."""
    columns = x.shape[1]
    wide = torch.nn.functional.pad(x.float(), (0, -columns % 128)).view(len(x), -1, 128)
    scale = wide.abs().amax(2, keepdim=True).clamp_min(1e-10) / 448
    return ((wide / scale).to(torch.float8_e4m3fn).double() * scale).view(len(x), -1)[:, :columns]


def rounding(columns: int) -> tuple[float, list[int]]:
    """How far `by_row` is from torch's rounding, as a share of a row's largest, and the shape of its scales."""
    from inference.moe.kernels.triton.quantise import by_row

    x = torch.randn(5, columns, generator=torch.Generator().manual_seed(2)).half()
    x[3] = 0
    narrow, scales = by_row(x)
    back = narrow.double() * scales.double().repeat_interleave(128, 1)[:, :columns]
    return float((back - rounded(x)).abs().max() / x.abs().max()), list(scales.shape)


def stays_the_same(case: Case, batches: tuple[int, ...]) -> list[bool]:
    """For each batch size: are the rows it shares with the largest batch the same bits?"""
    largest = output(replace(case, tokens=max(batches)))
    assert largest.abs().sum() > 0
    return [torch.equal(output(replace(case, tokens=size)), largest[:size]) for size in batches]


def over_ranks(case: Case, ranks: tuple[tuple[int, ...], ...]) -> tuple[bool, bool, float]:
    """Slots' rows of all ranks put together: are they those of one rank, bit for bit; does each slot come from one
    rank; and how far is their sum in slot order from the oracle?
    """
    from inference.moe.kernels.triton.layer import slot_rows

    x, routing = case.batch()
    wide = getattr(torch, case.dtype)
    whole = slot_rows(x.to(wide), experts(case)[0], routing.ids)
    parts = []
    for held in ranks:
        mine = replace(case, held=held)
        parts.append(slot_rows(x.to(wide), experts(mine)[0], routing.ids, expert_map=mine.map()))
    together = torch.stack(parts)
    once = ((together != 0).any(3).sum(0) == (routing.ids >= 0)).all()
    total = (whole * routing.weights[:, :, None]).sum(1)
    _, w13, w2 = experts(case)
    wanted = reference.experts(x.to(wide), w13, w2, routing)
    far = (total.double() - wanted).abs().max() / wanted.abs().max()
    return torch.equal(together.sum(0), whole), bool(once), float(far)


def plan(ids: list[list[int]], top_k: int, experts: int, block: int, table: list[int] | None = None) -> dict[str, Any]:
    """A plan as lists, cut to what is valid."""
    from inference.moe.kernels.triton.plan import route_plan

    mapped = None if table is None else torch.tensor(table, dtype=torch.int32)
    made = route_plan(torch.tensor(ids, dtype=torch.int32).view(-1, top_k), experts, block, mapped)
    active, blocks, strange = made.totals.tolist()
    starts, counts = made.starts.tolist(), made.counts.tolist()
    return {
        "counts": counts,
        "starts": starts,
        "order": [made.slots[s : s + n].tolist() for s, n in zip(starts, counts, strict=True)],
        "place": made.place.tolist(),
        "active": made.active[:active].tolist(),
        "block_expert": made.block_expert[:blocks].tolist(),
        "strange": strange,
        "places": len(made.slots),
    }


def wanted_plan(
    ids: list[list[int]], top_k: int, experts: int, block: int, table: list[int] | None = None
) -> dict[str, Any]:
    """What the oracle and plain counting say of it. Ids that name no expert are left out."""
    limit = experts if table is None else len(table)
    rows = torch.tensor(ids, dtype=torch.int32).view(-1, top_k)
    strange = (rows < -1) | (rows >= limit)
    mapped = None if table is None else torch.tensor(table, dtype=torch.int32)
    made = reference.plan(torch.where(strange, -1, rows), experts, mapped)
    counts = made.counts.tolist()
    blocks = [-(-n // block) for n in counts]
    starts = [sum(blocks[:e]) * block for e in range(experts)]
    order = [part.tolist() for part in torch.split(made.order, counts)]
    place = [-1] * rows.numel()
    for start, mine in zip(starts, order, strict=True):
        for rank, slot in enumerate(mine):
            place[slot] = start + rank
    return {
        "counts": counts,
        "starts": starts,
        "order": order,
        "place": place,
        "active": [e for e, n in enumerate(counts) if n],
        "block_expert": [e for e, n in enumerate(blocks) for _ in range(n)],
        "strange": int(strange.sum()),
    }


def refused(what: str) -> str:
    """The message of the error that a wrong call raises."""
    from inference.moe.errors import KernelError
    from inference.moe.kernels.triton import layer
    from inference.moe.kernels.triton.plan import route_plan

    case = Case()
    x, routing = case.batch()
    x, ids, shares, ours = x.half(), routing.ids, routing.weights, experts(case)[0]
    calls = {
        "width": lambda: layer.moe(x[:, :-1], ours, ids, shares),
        "type": lambda: layer.moe(x.float(), ours, ids, shares),
        "shares": lambda: layer.moe(x, ours, ids, shares[:, :1]),
        "out": lambda: layer.moe(x, ours, ids, shares, out=x[:2]),
        "too many": lambda: layer.moe_decode(x.repeat(20, 1), ours, ids.repeat(20, 1), shares.repeat(20, 1)),
        "ids": lambda: route_plan(ids.float(), 4, 16),
        "unknown": lambda: route_plan(ids + 9, 4, 16).check(),
        "fp8 input": lambda: layer.moe(x.float(), experts(replace(case, dtype="fp8"))[0], ids, shares),
    }
    try:
        calls[what]()
    except KernelError as error:
        return f"{error.code}: {error} {error.chinese}"
    return "went through"
