"""What the launcher's settings name in this process: the kernel library, loaded once, and the packed weights."""

from __future__ import annotations

import functools
from pathlib import Path

from inference.moe import own
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.store import PackedStore
from inference.moe.own import OwnExpert
from inference.serving.plugin.settings import PluginSettings, settings_in


def settings() -> PluginSettings | None:
    """Ours in the current vLLM configuration; None where it has none (the stock path)."""
    from vllm.config import get_current_vllm_config_or_none

    config = get_current_vllm_config_or_none()
    return settings_in(config.additional_config) if config is not None else None


def library() -> Library | None:
    """The library that the settings name."""
    ours = settings()
    return _load(ours.library) if ours is not None else None


def store() -> PackedStore | None:
    """Where packed weights are kept; None where they are packed at each start."""
    ours = settings()
    return PackedStore(ours.packed, _load(ours.library)) if ours is not None and ours.packed is not None else None


def confidence() -> float:
    """Share of a token's weights that its experts must hold; 1 keeps all."""
    ours = settings()
    return ours.confidence if ours is not None else 1.0


def own_experts(layer: int, hidden: int) -> dict[int, OwnExpert]:
    """Experts in code of one layer, by global number."""
    ours = settings()
    return own.here(ours.own, layer, hidden) if ours is not None and ours.own else {}


def silent_shared_expert() -> bool:
    """Whether the model's shared expert adds nothing but zeros."""
    ours = settings()
    return ours is not None and ours.silent_shared_expert


def live() -> bool:
    """Whether our library computes in this process. Known at any time, where settings are known while vLLM builds."""
    return _load.cache_info().currsize > 0


@functools.cache
def _load(path: Path) -> Library:
    return Library.load(path)
