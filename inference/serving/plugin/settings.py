"""What the plugin is told by the launcher, as JSON in vLLM's `--additional-config`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

KEY = "house"
GPU_KEY = "house_gpu"
"""Present where our experts are to compute on a GPU; they have nothing to be told."""


class PluginSettings(BaseModel):
    """`library`: the built kernel. `packed`: folder of this model's packed weights, None to pack at each start.
    `deadline`: seconds that a rank waits for the others. `activity`: folder where ranks write which experts were asked
    for, None to count nothing; `trace_bytes`: what each may record of its routings there, 0 for nothing.
    `confidence`: share of a token's weights that its experts must hold; below 1 the others are left out.
    `silent_shared_expert`: the weights of the model's shared expert are zero, it need not be computed.
    `own`: experts in code by number, as `inference.moe.own` names them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    library: Path
    packed: Path | None = None
    deadline: float = 120.0
    activity: Path | None = None
    trace_bytes: int = 0
    confidence: float = 1.0
    silent_shared_expert: bool = False
    own: dict[int, str] = {}

    def as_additional_config(self) -> str:
        """The value of `--additional-config`."""
        return f'{{"{KEY}": {self.model_dump_json(exclude_defaults=True)}}}'


def settings_in(additional_config: Any) -> PluginSettings | None:
    """The settings in what vLLM was given, None where they are absent. Raises `pydantic.ValidationError`."""
    if not isinstance(additional_config, dict) or KEY not in additional_config:
        return None
    return PluginSettings.model_validate(additional_config[KEY])
