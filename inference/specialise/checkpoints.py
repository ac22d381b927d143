"""A run's state on disk, whole or absent: what has been learnt, the optimiser's moments, and where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors.torch import load_file, save_file
from torch import Tensor

from inference.catalog.checksums import sha256_of
from inference.specialise.adapters import Adapters
from inference.specialise.errors import DamagedDeltas, RunDiffers

_STATE, _TENSORS = "state.json", "state.safetensors"


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    run: dict[str, str]
    step: int
    sha256: str


def save(
    folder: Path, run: dict[str, str], step: int, adapters: Adapters, learn: torch.optim.AdamW, load: Tensor
) -> None:
    """Write the state after `step` steps and remove the one before. A killed writer leaves the old one.

    Args:
        folder: of this run's checkpoints.
        run: what must be the same for the run to go on.
        step: how many have been taken.
        adapters: what learns.
        learn: its optimiser.
        load: [layers, experts], see `objectives.balance`.
    """
    started = folder / f".step-{step}.tmp"
    shutil.rmtree(started, ignore_errors=True)
    started.mkdir(parents=True)
    tensors = {"load": load.cpu()}
    for name, parameter in adapters.named_parameters():
        tensors[f"value.{name}"] = parameter.detach().cpu().contiguous()
        for moment, value in learn.state[parameter].items():
            tensors[f"{moment}.{name}"] = torch.as_tensor(value).cpu().contiguous()
    save_file(tensors, started / _TENSORS)
    state = _State(run=run, step=step, sha256=sha256_of(started / _TENSORS))
    (started / _STATE).write_text(state.model_dump_json(indent=2) + "\n", encoding="utf-8")
    final = folder / f"step-{step:08d}"
    shutil.rmtree(final, ignore_errors=True)
    started.rename(final)
    for older in _all(folder)[:-1]:
        shutil.rmtree(older)


def restore(
    folder: Path, run: dict[str, str], adapters: Adapters, learn: torch.optim.AdamW
) -> tuple[int, Tensor | None]:
    """Continue where the newest checkpoint stands: steps taken and load; 0 and None where there is none.

    Raises `RunDiffers` or, where its file has changed, `DamagedDeltas`.
    """
    found = _all(folder)
    if not found:
        return 0, None
    newest = found[-1]
    try:
        state = _State.model_validate_json((newest / _STATE).read_bytes())
    except (OSError, ValidationError) as error:
        raise DamagedDeltas(newest, f"{_STATE} cannot be read") from error
    differs = sorted(key for key in run.keys() | state.run.keys() if run.get(key) != state.run.get(key))
    if differs:
        raise RunDiffers(folder, ", ".join(differs))
    if not (newest / _TENSORS).is_file() or sha256_of(newest / _TENSORS) != state.sha256:
        raise DamagedDeltas(newest, f"{_TENSORS} has changed")
    tensors = load_file(newest / _TENSORS)
    with torch.no_grad():
        for name, parameter in adapters.named_parameters():
            parameter.copy_(tensors[f"value.{name}"])
            learn.state[parameter] = {
                moment: _placed(tensors[f"{moment}.{name}"], moment, parameter)
                for moment in ("step", "exp_avg", "exp_avg_sq")
                if f"{moment}.{name}" in tensors
            }
    return state.step, tensors["load"]


def _placed(value: Tensor, moment: str, parameter: Tensor) -> Tensor:
    return value if moment == "step" else value.to(parameter.device)


def _all(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*")) if folder.is_dir() else []
