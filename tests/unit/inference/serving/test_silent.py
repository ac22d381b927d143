"""Which models have a shared expert that adds nothing."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from inference.serving.silent import shared_expert_is_silent

DOWN = "model.layers.{}.mlp.shared_expert.down_proj.weight"


def model(folder: Path, *files: dict[str, torch.Tensor]) -> Path:
    for number, tensors in enumerate(files):
        save_file(tensors, folder / f"model-{number}.safetensors")
    return folder


def zeros(layer: int) -> dict[str, torch.Tensor]:
    return {DOWN.format(layer): torch.zeros(8, 4).bfloat16(), f"layers.{layer}.other": torch.ones(3)}


def test_zero_down_projections_in_all_files_are_silence(tmp_path: Path) -> None:
    assert shared_expert_is_silent(model(tmp_path, zeros(0), {"embedding": torch.ones(2)}, zeros(1)))


def test_one_number_in_one_layer_is_not(tmp_path: Path) -> None:
    loud = torch.zeros(8, 4).bfloat16()
    loud[7, 3] = 1e-30
    assert not shared_expert_is_silent(model(tmp_path, zeros(0), {DOWN.format(1): loud}))


def test_a_model_without_shared_experts_has_none_that_is_silent(tmp_path: Path) -> None:
    assert not shared_expert_is_silent(model(tmp_path, {"layers.0.mlp.down_proj.weight": torch.zeros(2, 2)}))
    assert not shared_expert_is_silent(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "damaged",
    [b"", b"no safetensors", struct.pack("<Q", 2**40), struct.pack("<Q", 4) + b"[1]]", struct.pack("<Q", 4) + b"1234"],
    ids=["empty", "text", "a header without end", "no object", "a number"],
)
def test_a_damaged_file_is_left_to_whoever_loads_it(tmp_path: Path, damaged: bytes) -> None:
    folder = model(tmp_path, zeros(0))
    (folder / "model-9.safetensors").write_bytes(damaged)
    assert not shared_expert_is_silent(folder)


def test_zeros_that_are_cut_off_are_not_silence(tmp_path: Path) -> None:
    folder = model(tmp_path, {DOWN.format(0): torch.zeros(8, 4).bfloat16()})
    path = folder / "model-0.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    assert not shared_expert_is_silent(folder)
