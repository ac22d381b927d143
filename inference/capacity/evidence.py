"""Figures that somebody measured, beside the roofline's: how far real servers stay below it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inference.capacity.machines import MACHINES, Machine
from inference.capacity.models import MODELS, Kept, Model
from inference.capacity.roofline import Load, experts_seconds, predict
from inference.serving.config import Layout

_MODEL = {model.name: model for model in MODELS}
_MACHINE = {machine.name: machine for machine in MACHINES}
_QWEN = _MODEL["qwen3-30b-a3b"]
_FLASH = replace(_QWEN, name="experts of 256, top-6, 4096 x 2048", hidden=4096, inner=2048, experts=256, top_k=6)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`measured` and `predicted` in `unit`; `ratio` is how many times better the roofline is."""

    what: str
    unit: str
    measured: float
    predicted: float
    source: str

    @property
    def ratio(self) -> float:
        """Above 1: the real thing is slower."""
        slower = self.predicted / self.measured
        return slower if self.unit == "tokens/s" else 1 / slower


def all_of_it() -> tuple[Evidence, ...]:
    """Served on CPUs by us; kernels on GPUs as published."""
    ours, small = _MODEL["qwen2.5-coder-1.5b-moe"], _MODEL["qwen2.5-coder-0.5b-moe"]
    amx, avx = _MACHINE["cpu-2-cores-amx"], _MACHINE["cpu-2-cores-avx512"]
    dense = replace(small, name="qwen2.5-coder-0.5b", experts=1, top_k=1)
    h100, h200 = _MACHINE["h100"], _MACHINE["h200"]
    kernels = (
        _kernel(_QWEN, h100, tokens, measured, "vLLM pull request 24700") for tokens, measured in _VLLM_24700.items()
    )
    return (
        _served(ours, Kept.INT4, amx, 11.9, "docs/figures.md, python -m benchmarks.moe_cpu"),
        _served(small, Kept.BF16, avx, 8.3, "stock vLLM 0.32, idle machine"),
        _served(dense, Kept.BF16, avx, 12.0, "stock vLLM 0.32, idle machine"),
        _served(ours, Kept.BF16, amx, 2.65, "vLLM's own kernel in the same run, docs/figures.md"),
        *kernels,
        _kernel(_FLASH, h200, 128, 265.0, "MegaMoE SM90, with its exchange", ranks=8),
        _kernel(_FLASH, h200, 8192, 3269.0, "MegaMoE SM90, with its exchange", ranks=8),
    )


_VLLM_24700 = {1: 40.4, 4: 78.1, 8: 118.6, 16: 164.6, 32: 210.1, 64: 237.3}


def _served(model: Model, kept: Kept, machine: Machine, measured: float, source: str) -> Evidence:
    said = predict(model, kept, machine, Layout(), Load(1, 256)).tokens_per_second or 0.0
    return Evidence(
        f"{model.name}, {kept.name.lower()}, {machine.name}, one answer", "tokens/s", measured, said, source
    )


def _kernel(model: Model, machine: Machine, tokens: int, measured: float, source: str, ranks: int = 1) -> Evidence:
    said = experts_seconds(model, Kept.FP8, machine, tokens, ranks) * 1e6
    where = f"{machine.name}" if ranks == 1 else f"{ranks} x {machine.name}"
    return Evidence(f"experts of a layer, {model.name}, fp8, {tokens} tokens, {where}", "us", measured, said, source)
