"""Deltas are data with a checksum: what has changed is refused, and the base model is known by its bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from inference.catalog.checksums import sha256_of
from inference.specialise import deltas
from inference.specialise.errors import DamagedDeltas


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "copy", ignore=shutil.ignore_patterns("run"))
    return tmp_path / "copy"


def test_the_manifest_names_the_base_the_text_and_the_gain(base: Path, trained: Path) -> None:
    manifest, tensors = deltas.read(trained)
    assert manifest.base_sha256 == deltas.base_checksum(base)
    assert manifest.tensors_sha256 == sha256_of(trained / deltas.TENSORS)
    assert manifest.experts == "trained: ledger, code"
    assert all(domain.after < domain.before and domain.held_out_tokens >= 4 * 32 for domain in manifest.domains)
    assert {name.rpartition(".")[0] for name in tensors if ".experts.0." in name} == {
        f"model.layers.{layer}.mlp.experts.0" for layer in (0, 1)
    }
    assert all(tensor.dtype is torch.float32 for tensor in tensors.values())


def test_a_low_rank_delta_is_small_beside_its_expert(base: Path, trained: Path) -> None:
    """Here a fifteenth; at the size of a real expert rank 16 is 1 in 50."""
    _, tensors = deltas.read(trained)
    delta = sum(tensor.numel() for name, tensor in tensors.items() if ".experts.0." in name)
    expert = sum(t.numel() for name, t in load_file(base / "model.safetensors").items() if ".experts.0." in name)
    assert 0 < delta < 0.15 * expert


def test_another_byte_in_the_tensors_is_refused(copy: Path) -> None:
    data = bytearray((copy / deltas.TENSORS).read_bytes())
    data[-1] ^= 1
    (copy / deltas.TENSORS).write_bytes(bytes(data))
    with pytest.raises(DamagedDeltas, match=r"deltas\.safetensors has changed") as caught:
        deltas.read(copy)
    assert "重新" in caught.value.chinese


@pytest.mark.parametrize("name", [deltas.MANIFEST, deltas.TENSORS])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(DamagedDeltas, match=f"{name} is missing"):
        deltas.read(copy)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 1, "surprise": true}'])
def test_a_manifest_that_is_none_is_refused(copy: Path, text: str) -> None:
    (copy / deltas.MANIFEST).write_text(text)
    with pytest.raises(DamagedDeltas, match="cannot be read"):
        deltas.read(copy)


def test_bytes_that_are_no_tensors_are_refused_though_their_checksum_is_right(copy: Path) -> None:
    (copy / deltas.TENSORS).write_bytes(b"no tensors at all, but vouched for")
    about = json.loads((copy / deltas.MANIFEST).read_text())
    about["tensors_sha256"] = sha256_of(copy / deltas.TENSORS)
    (copy / deltas.MANIFEST).write_text(json.dumps(about))
    with pytest.raises(DamagedDeltas, match="cannot be read"):
        deltas.read(copy)


def test_the_base_is_known_by_its_weights_and_configuration(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "same")
    assert deltas.base_checksum(tmp_path / "same") == deltas.base_checksum(base)
    (tmp_path / "same" / "tokenizer_config.json").write_text("{}")
    assert deltas.base_checksum(tmp_path / "same") == deltas.base_checksum(base)
    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"][0] += 1
    save_file(weights, tmp_path / "same" / "model.safetensors")
    assert deltas.base_checksum(tmp_path / "same") != deltas.base_checksum(base)
