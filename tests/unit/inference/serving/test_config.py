import sys
from pathlib import Path
from typing import Any

import pytest

from inference.serving.config import Device, ServingConfig, command, environment

CONFIG = ServingConfig(Path("/models/m"), "m", "secret-key", port=9000, kv_cache_bytes=123, threads=2)
GPU = ServingConfig(Path("/models/m"), "m", "secret-key", device=Device.GPU)


def value_after(arguments: Any, flag: Any) -> Any:
    return arguments[arguments.index(flag) + 1]


def test_the_command_runs_vllms_server_module_in_this_python() -> None:
    assert command(CONFIG)[:3] == [sys.executable, "-m", "vllm.entrypoints.openai.api_server"]


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--model", "/models/m"),
        ("--served-model-name", "m"),
        ("--host", "127.0.0.1"),
        ("--port", "9000"),
        ("--max-model-len", "8192"),
        ("--max-num-seqs", "8"),
        ("--kv-cache-memory-bytes", "123"),
    ],
)
def test_each_setting_reaches_its_flag(flag: Any, value: Any) -> None:
    assert value_after(command(CONFIG), flag) == value


def test_prefixes_are_cached_on_every_device() -> None:
    assert "--enable-prefix-caching" in command(CONFIG)
    assert "--enable-prefix-caching" in command(GPU)


def test_the_key_is_in_the_environment_and_on_no_command_line() -> None:
    assert "secret-key" not in " ".join(command(CONFIG))
    assert environment(CONFIG, {})["VLLM_API_KEY"] == "secret-key"


def test_nothing_is_fetched_and_nobody_is_told() -> None:
    told = environment(CONFIG, {"HF_HUB_OFFLINE": "0"})
    assert told["HF_HUB_OFFLINE"] == "1"
    assert told["VLLM_NO_USAGE_STATS"] == "1"
    assert told["DO_NOT_TRACK"] == "1"


def test_a_cpu_runs_eagerly_in_one_process_with_its_threads() -> None:
    assert "--enforce-eager" in command(CONFIG)
    assert value_after(command(CONFIG), "--distributed-executor-backend") == "uni"
    told = environment(CONFIG, {})
    assert told["VLLM_ENABLE_V1_MULTIPROCESSING"] == "0"
    assert told["OMP_NUM_THREADS"] == "2"
    assert told["OMP_WAIT_POLICY"] == "PASSIVE"


def test_a_gpu_keeps_vllms_own_choices() -> None:
    assert "--enforce-eager" not in command(GPU)
    assert "--kv-cache-memory-bytes" not in command(GPU)
    assert "OMP_NUM_THREADS" not in environment(GPU, {})


def test_the_callers_environment_stays() -> None:
    assert environment(CONFIG, {"PATH": "/bin"})["PATH"] == "/bin"
