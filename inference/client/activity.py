"""What the model server is doing, from the file that its launcher writes every few seconds."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator


class Gpu(BaseModel):
    """Use of one GPU: 0 to 1, and bytes."""

    model_config = ConfigDict(frozen=True)
    use: float
    memory_bytes: int


class ServerActivity(BaseModel):
    """A server at one moment.

    `at`: seconds since 1970. `tokens_per_second`: while answers were written, the last minutes; None while none were.
    `counts` [layers][domains][experts]: token-expert pairs computed since the start, empty where nobody counts.
    """

    model_config = ConfigDict(frozen=True)
    at: float
    kernel: str
    cores: int
    busy_cores: float
    memory_bytes: int
    gpus: tuple[Gpu, ...] = ()
    tokens_per_second: float | None = None
    layers: tuple[int, ...] = ()
    domains: tuple[str, ...] = ()
    counts: tuple[tuple[tuple[int, ...], ...], ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> ServerActivity:
        if len(self.counts) != len(self.layers) or any(len(layer) != len(self.domains) for layer in self.counts):
            raise ValueError("counts are not those of the layers and domains")
        if len({len(row) for layer in self.counts for row in layer}) > 1:
            raise ValueError("layers have different numbers of experts")
        return self


def read(state_file: Path) -> ServerActivity | None:
    """The report beside the state file; None where there is none, for a server that we did not launch."""
    try:
        return ServerActivity.model_validate_json(state_file.with_name("activity.json").read_bytes())
    except (OSError, ValidationError):
        return None
