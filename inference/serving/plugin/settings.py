"""What the plugin is told by the launcher, as JSON in vLLM's `--additional-config`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

KEY = "house"


class PluginSettings(BaseModel):
    """`library`: the built kernel. `packed`: folder of this model's packed weights, None to pack at each start.
    `deadline`: seconds that a rank waits for the others. `activity`: folder where ranks write which experts were asked
    for, None to count nothing; `trace_bytes`: what each may record of its routings there, 0 for nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    library: Path
    packed: Path | None = None
    deadline: float = 120.0
    activity: Path | None = None
    trace_bytes: int = 0

    def as_additional_config(self) -> str:
        """The value of `--additional-config`."""
        return f'{{"{KEY}": {self.model_dump_json(exclude_defaults=True)}}}'


def settings_in(additional_config: Any) -> PluginSettings | None:
    """The settings in what vLLM was given, None where they are absent. Raises `pydantic.ValidationError`."""
    if not isinstance(additional_config, dict) or KEY not in additional_config:
        return None
    return PluginSettings.model_validate(additional_config[KEY])
