import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.serving.__main__ import main


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
