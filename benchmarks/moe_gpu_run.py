"""The cases of `benchmarks.moe_gpu`, one after the other: checked, timed, compared."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor

from benchmarks.moe_gpu_cases import Bench, Call, Layer, grouped_mm, vllm_triton
from benchmarks.moe_gpu_clock import matrix_rate, microseconds, read_rate
from inference.moe.kernels.triton import layer as kernels
from inference.moe.kernels.triton import tiles
from inference.moe.kernels.triton.plan import route_plan
from inference.moe.reference import Routing

ALLOWED = {"bf16": 0.01, "fp8": 0.06}
"""Distance from the oracle, norm over norm: rounding of bf16, and of activations to e4m3 twice."""


@dataclass(frozen=True)
class Setting:
    """What is measured where. `invariant`: batches whose first rows must agree."""

    layers: tuple[Layer, ...]
    kinds: tuple[str, ...]
    decode: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    prefill: tuple[int, ...] = (2048, 4096, 8192, 16384)
    invariant: tuple[int, ...] = (1, 7, 64, 300, 2048)
    copies: int = 4
    repeats: int = 20
    device: str = "cuda"


@dataclass(frozen=True)
class Row:
    """One case. Times in microseconds; ratios are theirs over ours, so more than 1 is in our favour."""

    layer: str
    kind: str
    phase: str
    tokens: int
    microseconds: float
    limit_fraction: float
    terabytes_per_second: float
    teraflops: float
    error: float
    invariant_cost: float
    vllm_ratio: float | None
    grouped_mm_ratio: float | None


def measure(setting: Setting) -> tuple[dict[str, object], bool]:
    """All figures, and whether every case agreed with the oracle."""
    read = read_rate(setting.device, setting.repeats)
    matrix = {kind: matrix_rate(setting.device, kind, setting.repeats) for kind in ("bf16", "fp8")}
    rows: list[Row] = []
    same: dict[str, object] = {}
    for bench in _benches(setting):
        name = f"{bench.layer.name}_{bench.kind}"
        same[f"invariant_bitwise_{name}"] = bitwise(bench, setting.invariant, invariant=True)
        same[f"default_bitwise_{name}"] = bitwise(bench, setting.invariant, invariant=False)
        for phase, sizes in (("decode", setting.decode), ("prefill", setting.prefill)):
            for size in sizes:
                row = _row(bench, phase, size, setting, read, matrix[bench.kind] or matrix["bf16"] or 1.0)
                print(_line(row), flush=True)
                rows.append(row)
    fine = all(row.error <= ALLOWED[row.kind] for row in rows) and all(
        bool(value) for name, value in same.items() if name.startswith("invariant")
    )
    rates: dict[str, object] = {"read_terabytes_per_second": read / 1e12, "oracle_agrees": fine}
    rates |= {f"matrix_{kind}_teraflops": rate and rate / 1e12 for kind, rate in matrix.items()}
    plans = {"plan_microseconds": plan_time(setting)}
    return {**rates, **plans, **_summary(rows), **same, "cases": [asdict(row) for row in rows]}, fine


def _benches(setting: Setting) -> Iterator[Bench]:
    for about in setting.layers:
        for kind in setting.kinds:
            yield Bench(about, kind, setting.copies, setting.device)


def _row(bench: Bench, phase: str, size: int, setting: Setting, read: float, matrix: float) -> Row:
    tokens = size * bench.layer.tokens_a_row if phase == "decode" else size
    calls = setting.copies * (2 if phase == "decode" else 1)
    batches = [bench.batch(tokens, seed) for seed in range(calls)]
    clock = functools.partial(microseconds, calls=calls, repeats=setting.repeats, device=setting.device)
    error = bench.error(batches[0], bench.ours(batches)(0))
    time = clock(bench.ours(batches))
    bytes_ = statistics.mean(bench.layer.weight_bytes(routing.ids, bench.bits) for _, routing in batches)
    flops = statistics.mean(bench.layer.flops(routing.ids) for _, routing in batches)
    byte_rate, flop_rate = bytes_ / time * 1e6, flops / time * 1e6
    peers = [make(bench, batches) if setting.device == "cuda" else None for make in (vllm_triton, grouped_mm)]
    vllm, grouped = (_time_of(peer, clock) for peer in peers)
    return Row(
        layer=bench.layer.name,
        kind=bench.kind,
        phase=phase,
        tokens=tokens,
        microseconds=round(time, 2),
        limit_fraction=round(max(byte_rate / read, flop_rate / matrix), 4),
        terabytes_per_second=round(byte_rate / 1e12, 3),
        teraflops=round(flop_rate / 1e12, 1),
        error=round(error, 5),
        invariant_cost=round(clock(bench.ours(batches, invariant=True)) / time, 3),
        vllm_ratio=vllm and round(vllm / time, 3),
        grouped_mm_ratio=grouped and round(grouped / time, 3),
    )


def _time_of(peer: Call | None, clock: functools.partial[float]) -> float | None:
    """A peer that this machine's libraries can't run is not measured; the reason is printed."""
    if peer is None:
        return None
    try:
        return clock(peer)
    except (RuntimeError, NotImplementedError, AttributeError, TypeError) as error:
        print(f"  a peer could not run: {type(error).__name__}: {str(error)[:200]}", flush=True)
        torch.cuda.synchronize()
        return None


def bitwise(bench: Bench, sizes: tuple[int, ...], *, invariant: bool) -> bool:
    """Whether the rows that batches of these sizes share have the same bits. False too when all of them are zero."""
    x, routing = bench.batch(max(sizes), 77)

    def made(rows: int) -> Tensor:
        part = (x[:rows], Routing(routing.ids[:rows], routing.weights[:rows]))
        return bench.ours([part], invariant=invariant)(0)

    whole = made(max(sizes))
    return bool(whole.any()) and all(torch.equal(made(size), whole[:size]) for size in sizes)


def plan_time(setting: Setting) -> float:
    """Microseconds of a plan of 512 slots over 128 experts (64 tokens, top-8), or of the dry run's."""
    tokens, experts = (64, 128) if setting.device == "cuda" else (4, 8)
    ids = torch.randint(0, experts, (tokens, 8), dtype=torch.int32, device=setting.device)

    def call(_number: int) -> Tensor:
        return route_plan(ids, experts, 16).totals

    return round(microseconds(call, 4, setting.repeats, setting.device), 2)


def _summary(rows: list[Row]) -> dict[str, object]:
    figures: dict[str, object] = {}
    for phase in ("decode", "prefill"):
        mine = [row for row in rows if row.phase == phase]
        for peer in ("vllm_ratio", "grouped_mm_ratio"):
            ratios = [ratio for row in mine if (ratio := getattr(row, peer)) is not None]
            figures[f"{phase}_{peer}"] = round(statistics.geometric_mean(ratios), 3) if ratios else None
        figures[f"{phase}_limit_fraction"] = round(statistics.geometric_mean(row.limit_fraction for row in mine), 4)
        figures[f"{phase}_invariant_cost"] = round(statistics.geometric_mean(row.invariant_cost for row in mine), 3)
    return figures


def _line(row: Row) -> str:
    peers = f"vllm {row.vllm_ratio or '-'} grouped_mm {row.grouped_mm_ratio or '-'}"
    return (
        f"  {row.layer:<20} {row.kind:<5} {row.phase:<8} {row.tokens:>6} tokens  {row.microseconds:>9.1f} us  "
        f"{row.limit_fraction:>6.1%} of the limit  {row.terabytes_per_second:>6.3f} TB/s  "
        f"{row.teraflops:>6.1f} TFLOP/s  error {row.error:.4f}  invariant x{row.invariant_cost:.2f}  {peers}"
    )


def sweep(setting: Setting) -> None:
    """Time the rule's tiles and their neighbours on every case, best first."""
    for bench in _benches(setting):
        for phase, sizes in (("decode", setting.decode), ("prefill", setting.prefill)):
            for size in sizes:
                _sweep_case(bench, phase, size, setting)


def _sweep_case(bench: Bench, phase: str, size: int, setting: Setting) -> None:
    about = bench.layer
    tokens = size * about.tokens_a_row if phase == "decode" else size
    capability = torch.cuda.get_device_capability() if setting.device == "cuda" else (9, 0)
    shape = tiles.Shape(about.held, about.hidden, about.inner, about.top_k, tokens, bench.bits, capability)
    kernel = kernels.moe_decode if tokens <= tiles.DECODE_TOKENS else kernels.moe_prefill
    rule = tiles.decode(shape) if tokens <= tiles.DECODE_TOKENS else tiles.prefill(shape)
    batches = [bench.batch(tokens, seed) for seed in range(setting.copies)]
    times: list[tuple[float, tiles.Tiles]] = []
    for how in neighbours(rule, shape):

        def call(number: int, how: tiles.Tiles = how) -> Tensor:
            x, routing = batches[number]
            made = bench.weights[number % bench.copies].ours
            return kernel(x, made, routing.ids, routing.weights, expert_map=bench.map, tiles=how)

        try:
            times.append((microseconds(call, setting.copies, setting.repeats, setting.device), how))
        except RuntimeError as error:  # more registers or shared memory than there are
            print(f"    {how}: {type(error).__name__}", flush=True)
    times.sort(key=lambda timed: timed[0])
    print(f"  {about.name} {bench.kind} {phase} {tokens} tokens; the rule: {rule}")
    for time, how in times[:4]:
        print(f"    {time:9.1f} us  {'(the rule) ' if how == rule else ''}{how}", flush=True)


def neighbours(rule: tiles.Tiles, shape: tiles.Shape) -> list[tiles.Tiles]:
    """The rule's tiles and those that differ in one or two sizes and fit the device."""
    changes: list[dict[str, int]] = [
        {},
        {"tokens": rule.tokens * 2},
        {"half": rule.half * 2, "rows": rule.rows * 2},
        {"stages": rule.stages + 1},
        {"stages": rule.stages - 1},
        {"warps": 12 - rule.warps},
        {"half": rule.half * 2, "rows": rule.rows * 2, "warps": 8},
        {"programs": 1 if rule.programs else 4},
        {"programs": 3 if rule.programs else 2},
    ]
    if shape.bits != 8:
        changes += [{"depth": 192 - rule.depth if rule.depth in {64, 128} else 64}]
    if rule.tokens > 16:
        changes += [{"tokens": rule.tokens // 2}]
    room = tiles.SHARED_KIB.get(shape.capability, 227) * 1024
    found = [replace(rule, **change) for change in changes]
    return [how for how in found if how.stages >= 2 and how.shared_bytes(shape.bits) <= room]
