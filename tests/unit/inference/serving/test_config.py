import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.serving import plugin
from inference.serving.config import (
    Device,
    GpuKernel,
    HouseKernel,
    Layout,
    ServingConfig,
    Weights,
    command,
    environment,
)

CONFIG = ServingConfig(Path("/models/m"), "m", "secret-key", port=9000, kv_cache_bytes=123, threads=2)
GPU = ServingConfig(Path("/models/m"), "m", "secret-key", device=Device.GPU)

HOUSE = dataclasses.replace(CONFIG, house=HouseKernel(Path("/cache/libhouse.so")))


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


@pytest.mark.parametrize(
    ("weights", "quantisation", "experts"),
    [(Weights.INT4, "house_int4", "HouseInt4Experts"), (Weights.INT8, "house_int8", "HouseInt8Experts")],
)
def test_our_kernels_come_as_a_quantisation_by_name(weights: Weights, quantisation: str, experts: str) -> None:
    house = HouseKernel(Path("/k.so"), weights)
    assert value_after(command(dataclasses.replace(CONFIG, house=house)), "--quantization") == quantisation
    assert house.experts == experts


def test_bf16_experts_of_ours_quantise_nothing() -> None:
    house = HouseKernel(Path("/k.so"), Weights.BF16)
    assert "--quantization" not in command(dataclasses.replace(CONFIG, house=house))
    assert house.experts == "HouseExperts"


def test_the_plugin_is_told_where_the_kernel_lies() -> None:
    assert json.loads(value_after(command(HOUSE), "--additional-config")) == {
        "house": {"library": "/cache/libhouse.so"}
    }


def test_on_a_gpu_the_plugin_is_told_that_it_is_wanted_and_nothing_is_quantised() -> None:
    given = command(dataclasses.replace(CONFIG, device=Device.GPU, house=GpuKernel()))
    assert json.loads(value_after(given, "--additional-config")) == {"house_gpu": {}}
    assert "--quantization" not in given
    told = environment(dataclasses.replace(CONFIG, device=Device.GPU, house=GpuKernel()), {})
    assert str(plugin.METADATA) in told["PYTHONPATH"]


def test_the_plugin_is_on_the_servers_path_before_what_was_there() -> None:
    told = environment(HOUSE, {"PYTHONPATH": "/theirs"})["PYTHONPATH"].split(os.pathsep)
    assert str(plugin.METADATA) in told
    assert told[-1] == "/theirs"


def test_an_allow_list_of_plugins_gets_ours_added() -> None:
    assert environment(HOUSE, {"VLLM_PLUGINS": "theirs"})["VLLM_PLUGINS"] == "theirs,house_experts"
    assert "VLLM_PLUGINS" not in environment(HOUSE, {})


def test_the_stock_path_knows_nothing_of_us() -> None:
    assert "--additional-config" not in command(CONFIG)
    assert "PYTHONPATH" not in environment(CONFIG, {})


def test_one_rank_says_nothing_of_ranks() -> None:
    assert Layout().flags() == ()
    assert not any("parallel" in flag for flag in command(CONFIG))


def test_tensor_ranks_have_a_process_each() -> None:
    split = dataclasses.replace(CONFIG, layout=Layout(tensor=2, experts=True))
    assert value_after(command(split), "--tensor-parallel-size") == "2"
    assert value_after(command(split), "--distributed-executor-backend") == "mp"
    assert "--enable-expert-parallel" in command(split)
    assert "--data-parallel-size" not in command(split)


def test_ranks_share_the_threads() -> None:
    two = dataclasses.replace(CONFIG, threads=3, layout=Layout(data=2, experts=True))
    assert value_after(command(two), "--data-parallel-size") == "2"
    assert environment(two, {})["OMP_NUM_THREADS"] == "1"
    assert "VLLM_ENABLE_V1_MULTIPROCESSING" not in environment(two, {})
    assert environment(CONFIG, {})["VLLM_ENABLE_V1_MULTIPROCESSING"] == "0"


def test_the_plugin_is_told_what_to_watch_and_how_long_to_wait() -> None:
    config = dataclasses.replace(
        HOUSE, activity=Path("/data/activity"), trace_bytes=7, confidence=0.9, layout=Layout(data=2, deadline=30)
    )
    told = json.loads(value_after(command(config), "--additional-config"))["house"]
    assert told == {
        "library": "/cache/libhouse.so",
        "activity": "/data/activity",
        "trace_bytes": 7,
        "confidence": 0.9,
        "deadline": 30.0,
    }
    assert environment(config, {})["VLLM_EXECUTE_MODEL_TIMEOUT_SECONDS"] == "30"


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "127.0.0.1:9000"), ("::", "[::1]:9000")])
def test_a_server_is_met_on_this_machine(host: str, address: str) -> None:
    assert dataclasses.replace(CONFIG, host=host).address == address


def test_adapters_are_named_beside_the_model_and_only_where_there_are_any(tmp_path: Path) -> None:
    from inference.serving.adapters import Adapter

    plain = ServingConfig(tmp_path, "tiny", "key")
    assert not any("lora" in part for part in command(plain))
    told = command(dataclasses.replace(plain, adapters=(Adapter("legal", tmp_path / "legal", 8),)))
    assert told[told.index("--lora-modules") + 1] == f"legal={tmp_path / 'legal'}"
    assert "--enable-lora" in told


def test_nothing_is_guessed_unless_asked_for() -> None:
    assert "--speculative-config" not in command(CONFIG)


@pytest.mark.parametrize("guesses", [1, 3, 7])
def test_guesses_come_from_what_stands_before(guesses: int) -> None:
    told = json.loads(value_after(command(dataclasses.replace(HOUSE, guesses=guesses)), "--speculative-config"))
    assert (told["method"], told["num_speculative_tokens"]) == ("ngram", guesses)
    assert 1 < told["prompt_lookup_min"] <= told["prompt_lookup_max"]


def test_what_is_guessed_and_the_next_token_fit_into_one_reading_of_the_head() -> None:
    from inference.moe.kernels.cpu.library import HEAD_TOKENS
    from inference.serving.config import MOST_GUESSES

    assert MOST_GUESSES + 1 == HEAD_TOKENS
