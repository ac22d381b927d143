"""What the plugin is told by the launcher, as JSON in vLLM's `--additional-config`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

KEY = "house"


class PluginSettings(BaseModel):
    """`library`: the built kernel."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    library: Path

    def as_additional_config(self) -> str:
        """The value of `--additional-config`."""
        return f'{{"{KEY}": {self.model_dump_json()}}}'


def settings_in(additional_config: Any) -> PluginSettings | None:
    """The settings in what vLLM was given, None where they are absent. Raises `pydantic.ValidationError`."""
    if not isinstance(additional_config, dict) or KEY not in additional_config:
        return None
    return PluginSettings.model_validate(additional_config[KEY])
