"""Which kernels serve a model: ours where they can be had, vLLM's otherwise."""

from __future__ import annotations

import logging
from enum import Enum
from pathlib import Path

from inference.moe.errors import KernelError
from inference.moe.kernels.cpu import build
from inference.serving.config import Device, GpuKernel, HouseKernel, Weights

log = logging.getLogger(__name__)


class KernelChoice(Enum):
    """What a person may ask for. AUTO falls back to vLLM's kernels, and says so; HOUSE refuses to."""

    AUTO = "auto"
    HOUSE = "house"
    STOCK = "stock"


def choose(
    choice: KernelChoice, weights: Weights, device: Device, *, mixture: bool, cache: Path
) -> HouseKernel | GpuKernel | None:
    """Our kernel, on a CPU built now if need be, or None for vLLM's.

    Args:
        choice: what was asked for.
        weights: how our kernels are to keep the weights.
        device: AUTO leaves GPUs to vLLM, until ours have been timed on one.
        mixture: whether the model is known to have experts; AUTO leaves others to vLLM.
        cache: folder of built kernels.

    Raises:
        KernelError: HOUSE was asked for and cannot be had.
    """
    if choice is KernelChoice.STOCK or (choice is KernelChoice.AUTO and not (mixture and device is Device.CPU)):
        return None
    if device is Device.GPU:
        return GpuKernel()
    try:
        return HouseKernel(build.library(cache), weights)
    except KernelError as error:
        if choice is KernelChoice.HOUSE:
            raise
        log.warning("serving with vLLM's own kernels: %s", error)
        return None
