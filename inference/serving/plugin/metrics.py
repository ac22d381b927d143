"""The way into vLLM's own `/metrics`: it builds our logger in its front process, where monitors are answered."""

from __future__ import annotations

from typing import Any

import prometheus_client
from vllm.v1.metrics.loggers import StatLoggerBase

from inference.serving.plugin.series import ActivityCollector
from inference.serving.plugin.settings import settings_in


class ActivityLogger(StatLoggerBase):
    """Registers the series and logs nothing: the ranks count."""

    def __init__(self, vllm_config: Any, engine_index: int = 0) -> None:
        settings = settings_in(vllm_config.additional_config)
        if settings is not None and settings.activity is not None and engine_index == 0:
            prometheus_client.REGISTRY.register(ActivityCollector(settings.activity))

    def record(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def log_engine_initialized(self) -> None:
        """Nothing."""
