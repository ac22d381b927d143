"""Time on a GPU, and what the GPU can do at best, measured in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from inference.moe.kernels.triton.probe import SIZE, read

_READ_BYTES = 4 * 2**30
_SIDE = 8192


def microseconds(call: Callable[[int], Tensor], calls: int, repeats: int, device: str) -> float:
    """Median time of one of `calls` calls, which get their number. On a GPU they are captured in one CUDA graph, so
    that no launch from Python is timed; elsewhere they are called.
    """
    if device != "cuda":
        return statistics.median(_called(call, calls) for _ in range(repeats))
    for number in range(calls):  # compiles
        call(number)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for number in range(calls):
            call(number)
    graph.replay()
    return statistics.median(_replayed(graph, calls) for _ in range(repeats))


def _called(call: Callable[[int], Tensor], calls: int) -> float:
    start = time.perf_counter()
    for number in range(calls):
        call(number)
    return (time.perf_counter() - start) / calls * 1e6


def _replayed(graph: torch.cuda.CUDAGraph, calls: int) -> float:
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
    start.record()
    graph.replay()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end)) / calls * 1e3


def read_rate(device: str, repeats: int) -> float:
    """Bytes a second that a kernel reads which does nothing else."""
    programs = _READ_BYTES // 4 // SIZE if device == "cuda" else 2
    source = torch.ones(programs * SIZE, dtype=torch.float32, device=device)
    sums = torch.empty(programs, dtype=torch.float32, device=device)

    def call(_number: int) -> Tensor:
        return read(source, sums)

    return source.numel() * 4 / microseconds(call, 1, repeats, device) * 1e6


def matrix_rate(device: str, kind: str, repeats: int) -> float | None:
    """FLOP a second of a square product on random numbers, by torch; None for fp8 where torch has no such product."""
    side = _SIDE if device == "cuda" else 64
    dtype = torch.bfloat16 if device == "cuda" else torch.float16
    a, b = (torch.randn((side, side), device=device).to(dtype) for _ in range(2))
    if kind == "fp8":
        if device != "cuda":
            return None
        one = torch.ones((), device=device)
        narrow = a.to(torch.float8_e4m3fn), b.to(torch.float8_e4m3fn).t()

        def call(_number: int) -> Tensor:
            made: Tensor = torch._scaled_mm(*narrow, scale_a=one, scale_b=one, out_dtype=dtype)  # noqa: SLF001 - its name
            return made

    else:

        def call(_number: int) -> Tensor:
            return a @ b

    return 2.0 * side**3 / microseconds(call, 1, repeats, device) * 1e6
