"""The kernel library of this process, loaded once, from where the launcher built it."""

from __future__ import annotations

import functools
from pathlib import Path

from inference.moe.kernels.cpu.library import Library
from inference.serving.plugin.settings import settings_in


def library() -> Library | None:
    """The library that the current vLLM configuration names; None where it names none (the stock path)."""
    from vllm.config import get_current_vllm_config_or_none

    config = get_current_vllm_config_or_none()
    settings = settings_in(config.additional_config) if config is not None else None
    return _load(settings.library) if settings is not None else None


@functools.cache
def _load(path: Path) -> Library:
    return Library.load(path)
