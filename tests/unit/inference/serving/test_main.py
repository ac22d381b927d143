import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.serving.__main__ import main
from inference.serving.config import Device


@pytest.fixture
def model(tmp_path: Path) -> Any:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    key = tmp_path / "key"
    key.write_text("secret\n")

    def serve(*arguments: Any) -> Any:
        files = ["--api-key-file", str(key), "--state-file", str(tmp_path / "state.json")]
        status = main(["--name", "m", *files, *arguments])
        return status, capsys.readouterr().err

    return serve


def test_a_missing_folder_stops_before_vllm_is_started(run: Any, tmp_path: Path) -> None:
    status, err = run("--model", str(tmp_path / "nowhere"))
    assert status == 1
    assert "holds no model" in err
    assert "中没有模型" in err


def test_a_taken_port_does_too(run: Any, model: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, err = run("--model", str(model), "--port", str(taken.getsockname()[1]))
    assert status == 1
    assert "--port" in err


def test_too_little_memory_does_too(run: Any, model: Any) -> None:
    status, err = run("--model", str(model), "--port", "8619", "--memory", "0.5")
    assert status == 1
    assert "the model server needs" in err


def test_a_name_that_was_not_pulled_is_answered_with_the_command(run: Any, tmp_path: Path) -> None:
    status, err = run("--name", "qwen2.5-coder-0.5b-moe", "--cache", str(tmp_path))
    assert status == 1
    assert "inference.catalog pull qwen2.5-coder-0.5b-moe" in err


def test_a_model_that_vllm_cannot_load_is_told_with_vllms_words(
    run: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "inference.serving.__main__.command",
        lambda _: [sys.executable, "-c", "raise SystemExit('no such architecture')"],
    )
    status, err = run("--model", str(model), "--port", "8619")
    assert status == 1
    assert "no such architecture" in err


def test_help_and_checks_need_no_vllm_and_no_torch() -> None:
    code = "import sys, inference.serving.__main__; print([m for m in ('torch', 'vllm') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("share", ["0", "1.5", "-0.1"])
def test_a_share_that_is_none_is_a_wrong_argument(run: Any, model: Any, share: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--model", str(model), "--confidence", share)
    assert ended.value.code == 2


def served_with(monkeypatch: pytest.MonkeyPatch, run: Any, model: Any, library: Path, *arguments: str) -> Any:
    """The configuration that would be served."""
    seen: list[Any] = []

    def note(config: Any) -> list[str]:
        seen.append(config)
        return [sys.executable, "-c", ""]

    monkeypatch.setattr("inference.serving.__main__.command", note)
    monkeypatch.setattr("inference.moe.kernels.cpu.build.library", lambda _cache: library)
    cache = ("--cache", str(model.parent / "cache" / "models"))
    run("--model", str(model), "--port", "8619", "--kernel", "house", *cache, *arguments)
    return seen[0]


def test_packed_weights_are_kept_beside_the_models(run: Any, model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    config = served_with(monkeypatch, run, model, Path("/kernels/abc/lib.so"))
    assert config.house.packed.parent == model.parent / "cache" / "packed"
    assert config.house.packed.is_dir()


@pytest.mark.parametrize("flags", [("--no-packed-cache",), ("--weights", "bf16"), ("--data-parallel", "2")])
def test_nothing_is_kept_where_it_would_not_be_read(
    run: Any, model: Any, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    assert served_with(monkeypatch, run, model, Path("/kernels/abc/lib.so"), *flags).house.packed is None


def test_ranks_write_what_they_count_beside_the_state_file(
    run: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = served_with(monkeypatch, run, model, Path("/k/abc/lib.so"), "--trace-mib", "2", "--confidence", "0.9")
    assert config.activity == model.parent / "activity"
    assert (config.trace_bytes, config.confidence) == (2 * 2**20, 0.9)


@pytest.mark.parametrize("wrong", ["-1", "8"])
def test_more_guesses_than_the_head_reads_at_once_are_a_wrong_argument(run: Any, model: Any, wrong: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--model", str(model), "--guess", wrong)
    assert ended.value.code == 2


def an_adapter(folder: Path) -> Path:
    adapter = folder / "legal"
    adapter.mkdir()
    (adapter / "adapter_model.safetensors").write_bytes(b"")
    about = {"peft_type": "LORA", "r": 4, "lora_alpha": 4, "target_modules": ["q_proj"], "bias": "none"}
    (adapter / "adapter_config.json").write_text(json.dumps(about))
    return adapter


@pytest.mark.parametrize(
    ("arguments", "guesses"),
    [
        ((), 3),
        (("--guess", "5"), 5),
        (("--guess", "0"), 0),
        (("--tensor-parallel", "2", "--expert-parallel"), 0),
        (("--data-parallel", "2", "--guess", "2"), 2),
        (("--kernel", "stock"), 0),
    ],
)
def test_our_kernel_on_one_rank_guesses_unless_told_otherwise(
    run: Any, model: Any, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], guesses: int
) -> None:
    assert served_with(monkeypatch, run, model, Path("/k/abc/lib.so"), *arguments).guesses == guesses


def test_beside_adapters_nothing_is_guessed_unasked(
    run: Any, model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    legal = ("--adapter", f"legal={an_adapter(tmp_path)}")
    assert served_with(monkeypatch, run, model, Path("/k/abc/lib.so"), *legal).guesses == 0
    assert served_with(monkeypatch, run, model, Path("/k/abc/lib.so"), *legal, "--guess", "3").guesses == 3


def test_an_adapter_over_several_ranks_of_a_cpu_stops_before_vllm_is_started(
    run: Any, model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has seen it answer rightly, so nobody is answered by it: the message names what to do instead."""
    adapter = an_adapter(tmp_path)
    monkeypatch.setattr("inference.serving.preflight.installed_engine", lambda: (Device.CPU, "0.32.0"))
    for layout in (("--tensor-parallel", "2"), ("--data-parallel", "2", "--expert-parallel")):
        status, err = run("--model", str(model), "--port", "8619", "--adapter", f"legal={adapter}", *layout)
        assert status == 1
        assert "adapter 'legal' can't be served over 2 ranks on a CPU; serve it on one, or merge it" in err
        assert "不能跨 2 个 rank" in err
    assert not (tmp_path / "state.json").exists()
