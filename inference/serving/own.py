"""Experts in code as the launcher sees them: checked before anything is started."""

from __future__ import annotations

import json
from pathlib import Path

from inference.serving.config import GpuKernel, HouseKernel


def checked(arguments: list[str], model: Path, kernel: HouseKernel | GpuKernel | None) -> dict[int, str]:
    """`NUMBER=package.module:name` each, as number -> name; nothing is imported where none are given.

    Raises:
        BadOwnExpert: one can't be had, the model has no such expert, or another kernel is to compute.
    """
    if not arguments:
        return {}
    from inference.moe import own  # torch, which a launcher without such experts does without
    from inference.moe.errors import BadOwnExpert

    if not isinstance(kernel, HouseKernel):
        raise BadOwnExpert(
            arguments[0], "needs our kernel on a CPU (--kernel house)", "需要 CPU 上的自有内核（--kernel house）"
        )
    return own.parse(arguments, _experts(model))


def said(experts: str, own: dict[int, str]) -> str:
    """What answers say of the model's experts."""
    return f"{experts}, in code: {', '.join(map(str, sorted(own)))}" if own else experts


def _experts(model: Path) -> int | None:
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    count = config.get("num_experts")
    return count if isinstance(count, int) else None
