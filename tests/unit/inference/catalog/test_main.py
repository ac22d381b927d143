import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.catalog.__main__ import main

CONTENT = b"weights"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def command(*arguments: Any) -> Any:
        status = main([*arguments, "--cache", str(tmp_path / "cache")])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return command


def test_the_list_shows_every_entry_with_its_size_and_whether_it_is_here(run: Any) -> None:
    status, out, _ = run("list")
    assert status == 0
    for name in ("qwen2.5-coder-1.5b-moe", "qwen2.5-coder-0.5b-moe", "multilingual-e5-small"):
        assert name in out
    assert "1117 MB to download" in out
    assert "in the cache: no" in out


def test_the_list_as_json_is_one_line(run: Any) -> None:
    _, out, _ = run("list", "--json")
    assert out.count("\n") == 1
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["qwen2.5-coder-0.5b-moe"]["options"] == {"experts": 4, "top_k": 2}
    assert rows["multilingual-e5-small"]["pulled"] == []


def test_pull_prints_the_folder_and_path_finds_it_again(run: Any, wheelhouse: Any, make_entry: Any) -> None:
    make_entry(CONTENT, wheelhouse.add_parts([CONTENT]))
    status, out, err = run("pull", "tiny")
    assert status == 0
    assert "converting" in err
    assert run("path", "tiny")[1] == out
    assert run("verify", "tiny")[1] == out
    assert json.loads(run("list", "--json")[1])[0]["pulled"] == [out.strip().rsplit("/", 1)[-1]]


def test_what_is_not_there_fails_in_both_languages_with_the_command(run: Any) -> None:
    status, out, err = run("path", "multilingual-e5-small")
    assert status == 1
    assert out == ""
    assert "python -m inference.catalog pull multilingual-e5-small" in err
    assert "缓存中没有" in err


def test_errors_have_a_code_for_programs(run: Any) -> None:
    status, out, _ = run("path", "gpt-5", "--json")
    assert status == 1
    assert json.loads(out)["error"] == "unknown_model"


def test_options_that_make_no_mixture_are_refused(run: Any) -> None:
    status, _, err = run("path", "qwen2.5-coder-0.5b-moe", "--experts", "2", "--top-k", "3")
    assert status == 1
    assert "no mixture" in err


def test_choose_names_a_generator_and_says_whether_it_fits(run: Any) -> None:
    status, out, _ = run("choose", "--json")
    choice = json.loads(out)
    assert status == 0
    assert choice["name"].startswith("qwen2.5-coder-")
    assert run("choose")[1].strip() == choice["name"]


def test_a_tight_limit_chooses_the_smaller_model(run: Any) -> None:
    _, out, _ = run("choose", "--memory-limit", "8", "--json")
    assert json.loads(out)["name"] == "qwen2.5-coder-0.5b-moe"


def test_wrong_arguments_are_told_by_argparse(run: Any) -> None:
    with pytest.raises(SystemExit) as caught:
        run("fetch")
    assert caught.value.code == 2


def test_the_module_runs_without_heavy_libraries() -> None:
    heavy = "('torch', 'transformers', 'onnx', 'vllm')"
    code = f"import sys, inference.catalog.__main__; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_interrupted_command_says_that_parts_are_kept(
    run: Any, make_entry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_entry(CONTENT)

    def interrupted(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("inference.catalog.__main__.pull", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
    try:
        status, _, err = run("pull", "tiny")
    finally:
        signal.signal(signal.SIGINT, before)
    assert status == 130
    assert "finished parts are kept" in err
