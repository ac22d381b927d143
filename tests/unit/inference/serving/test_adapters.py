"""Adapters by name: what vLLM is told of them, and what never reaches it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.serving import adapters
from inference.serving.adapters import Adapter
from inference.serving.errors import AdapterRefused

PLAIN = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], "bias": "none"}


def folder(path: Path, sums: bool = False, **changed: Any) -> Path:
    """An adapter as PEFT writes it."""
    path.mkdir()
    (path / "adapter_config.json").write_text(json.dumps(PLAIN | changed))
    (path / "adapter_model.safetensors").write_bytes(b"tensors")
    if sums:
        names = ("adapter_config.json", "adapter_model.safetensors")
        lines = [f"{hashlib.sha256((path / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
        (path / "SHA256SUMS").write_text("".join(lines))
    return path


def refused(argument: str, model: str = "tiny") -> AdapterRefused:
    with pytest.raises(AdapterRefused) as caught:
        adapters.parse([argument], model)
    return caught.value


def test_names_folders_and_ranks_are_found(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one"), folder(tmp_path / "two", r=16, sums=True)
    found = adapters.parse([f"legal={one}", f"support-v2.1={two}"], "tiny")
    assert found == (Adapter("legal", one, 4), Adapter("support-v2.1", two, 16))


def test_vllm_gets_names_room_for_the_largest_rank_and_attention_alone(tmp_path: Path) -> None:
    found = (Adapter("a", tmp_path / "a", 4), Adapter("b", tmp_path / "b", 17))
    told = adapters.flags(found)
    assert told[:5] == ("--enable-lora", "--max-loras", "2", "--max-lora-rank", "32")
    start = told.index("--lora-target-modules")
    assert told[start + 1 : start + 5] == ("q_proj", "k_proj", "v_proj", "o_proj")
    assert told[-3:] == ("--lora-modules", f"a={tmp_path / 'a'}", f"b={tmp_path / 'b'}")


def test_without_adapters_vllm_is_told_nothing() -> None:
    assert adapters.flags(()) == ()


@given(st.integers(1, 256))
def test_there_is_always_room_for_the_rank(rank: int) -> None:
    told = adapters.flags((Adapter("a", Path("a"), rank),))
    room = int(told[told.index("--max-lora-rank") + 1])
    assert rank <= room < max(2 * rank, 9)


@pytest.mark.parametrize("argument", ["", "legal", "legal=", "=x", "a b=x", "../x=x", "-x=x", "名=x", "a" * 65 + "=x"])
def test_a_name_that_cannot_be_asked_for_is_refused(argument: str) -> None:
    error = refused(argument)
    assert "is no NAME=FOLDER" in str(error)
    assert "名称=目录" in error.chinese


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    one = folder(tmp_path / "one")
    assert "taken" in str(refused(f"tiny={one}"))
    with pytest.raises(AdapterRefused, match="'x' is a name that is taken"):
        adapters.parse([f"x={one}", f"x={one}"], "tiny")


@pytest.mark.parametrize("file", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    one = folder(tmp_path / "one")
    (one / file).unlink()
    error = refused(f"x={one}")
    assert f"has no {file}" in str(error)
    assert f"缺少 {file}" in error.chinese


def test_weights_that_would_be_executed_are_not_enough(tmp_path: Path) -> None:
    """PEFT's older format is a pickle; only safetensors are read."""
    one = folder(tmp_path / "one")
    (one / "adapter_model.safetensors").rename(one / "adapter_model.bin")
    assert "has no adapter_model.safetensors" in str(refused(f"x={one}"))


@pytest.mark.parametrize("file", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_file_that_its_checksum_does_not_know_is_refused(tmp_path: Path, file: str) -> None:
    one = folder(tmp_path / "one", sums=True)
    (one / file).write_bytes((one / file).read_bytes() + b" ")
    assert f"has another {file} than SHA256SUMS says" in str(refused(f"x={one}"))


def test_a_list_of_checksums_without_the_weights_is_refused(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", sums=True)
    first, _ = (one / "SHA256SUMS").read_text().splitlines()
    (one / "SHA256SUMS").write_text(first + "\n")
    assert "adapter_model.safetensors" in str(refused(f"x={one}"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"target_modules": ["q_proj", "gate_proj"]}, "changes gate_proj"),
        ({"target_modules": ["model.layers.0.mlp.experts.0.down_proj"]}, "changes down_proj"),
        ({"peft_type": "IA3"}, "more than plain LoRA"),
        ({"use_dora": True}, "more than plain LoRA"),
        ({"bias": "all"}, "more than plain LoRA"),
        ({"modules_to_save": ["lm_head"]}, "more than plain LoRA"),
        ({"r": 512}, "rank 512"),
        ({"r": 0}, "rank 0"),
        ({"r": "many"}, "cannot be read"),
        ({"target_modules": "all-linear"}, "cannot be read"),
    ],
)
def test_what_cannot_be_served_is_said_before_minutes_are_spent(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    error = refused(f"x={folder(tmp_path / 'one', **changed)}")
    assert said in str(error)
    assert "请使用 --adapter" in error.chinese


@pytest.mark.parametrize("text", ["", "[]", "not json", "\ufffd"])
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    one = folder(tmp_path / "one")
    (one / "adapter_config.json").write_text(text)
    assert "cannot be read" in str(refused(f"x={one}"))


def test_over_several_ranks_of_a_cpu_an_adapter_is_refused_before_anything_starts(tmp_path: Path) -> None:
    one = (Adapter(name="legal", folder=tmp_path, rank=4),)
    with pytest.raises(AdapterRefused, match="over 2 ranks") as refused:
        adapters.require_one_rank(one, 2, cpu=True)
    assert "legal" in str(refused.value)
    assert "rank" in refused.value.chinese
    adapters.require_one_rank(one, 1, cpu=True)
    adapters.require_one_rank(one, 2, cpu=False)
    adapters.require_one_rank((), 2, cpu=True)
