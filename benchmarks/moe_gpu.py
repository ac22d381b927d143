"""Claim: our experts on a GPU against vLLM's Triton path, `torch._grouped_mm` and what the GPU can do at best.

    python -m benchmarks.moe_gpu [--json] [--layers qwen deepseek] [--kinds bf16 fp8] [--repeats 20] [--sweep]
    python -m benchmarks.moe_gpu --dry-run

Needs a GPU and the packages torch and triton, nothing else; vLLM is compared where it is installed. Layers: all of
Qwen3-30B-A3B's, and what one of eight ranks holds of DeepSeek-V3's. Decode with 1 to 64 tokens, prefill with 2,048 to
16,384. Every case is first held to the oracle and fails the run (exit status 1) when it is too far away. Weights are
rotated over copies and every call has its own routing, in one CUDA graph, so that no cache flatters; figures are
medians. `limit_fraction` is the bytes of the experts that the ids name over the time and the measured read rate, or
the FLOP over the time and the measured matrix rate, whichever is larger. `invariant_cost` is the time of the mode in
which a row has the same bits in any batch over that of the default; whether it kept that is checked. `--sweep` times
neighbouring tile sizes of every case instead. Exit status 2: there is no GPU. `--dry-run` does everything on a tiny
layer under Triton's interpreter, on a CPU; its times mean nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from benchmarks.machine import describe
from benchmarks.report import Figure, say

if TYPE_CHECKING:
    from benchmarks.moe_gpu_run import Setting

NO_GPU = 2
TOO_FAR = 1


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    asked = _parser().parse_args(arguments)
    if asked.dry_run:
        os.environ["TRITON_INTERPRET"] = "1"  # read when Triton is imported
    import torch

    if not asked.dry_run and not torch.cuda.is_available():
        sys.stderr.write(
            "no GPU was found, and this benchmark measures one: run it on a machine with an NVIDIA GPU and the "
            "packages torch and triton, or with --dry-run to see that it works.\n"
            "未找到 GPU：请在装有 NVIDIA GPU 以及 torch、triton 的机器上运行，或用 --dry-run 检查流程。\n"
        )
        return NO_GPU
    from benchmarks import moe_gpu_run as run

    setting = _dry() if asked.dry_run else _wet(asked)
    if asked.sweep:
        run.sweep(setting)
        return 0
    figures, fine = run.measure(setting)
    title = "experts on a GPU, ours / peers" + (" (dry run: times mean nothing)" if asked.dry_run else "")
    say(title, figures, {**describe("torch", "triton", "vllm"), **_device()}, as_json=asked.json)
    return 0 if fine else TOO_FAR


def _wet(asked: argparse.Namespace) -> Setting:
    from benchmarks.moe_gpu_cases import DEEPSEEK, QWEN
    from benchmarks.moe_gpu_run import Setting

    layers = {"qwen": QWEN, "deepseek": DEEPSEEK}
    return Setting(tuple(layers[name] for name in asked.layers), tuple(asked.kinds), repeats=asked.repeats)


def _dry() -> Setting:
    from benchmarks.moe_gpu_cases import TINY
    from benchmarks.moe_gpu_run import Setting

    return Setting((TINY,), ("bf16",), decode=(2,), prefill=(82,), invariant=(1, 5), copies=1, repeats=1, device="cpu")


def _device() -> dict[str, Figure]:
    import torch

    if not torch.cuda.is_available():
        return {"gpu": "absent"}
    about = torch.cuda.get_device_properties(0)
    return {
        "gpu": about.name,
        "multiprocessors": about.multi_processor_count,
        "gpu_memory_gib": about.total_memory // 2**30,
        "cuda": torch.version.cuda,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moe_gpu")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    parser.add_argument("--layers", nargs="+", choices=("qwen", "deepseek"), default=["qwen", "deepseek"])
    parser.add_argument("--kinds", nargs="+", choices=("bf16", "fp8"), default=["bf16", "fp8"])
    parser.add_argument("--repeats", type=int, default=20, help="replays of each graph")
    parser.add_argument("--sweep", action="store_true", help="time neighbouring tile sizes instead")
    parser.add_argument("--dry-run", action="store_true", help="a tiny layer under Triton's interpreter, on a CPU")
    return parser


if __name__ == "__main__":
    sys.exit(main())
