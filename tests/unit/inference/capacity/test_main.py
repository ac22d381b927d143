"""The command as an operator meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.capacity.__main__ import main

ROOT = Path(__file__).parents[4]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, dict[str, Any]]:
    assert main([*arguments, "--json"]) == 0
    out = capsys.readouterr().out
    return out, json.loads(out.splitlines()[-1])


def test_without_arguments_common_cases_are_shown_with_what_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    out, found = told(capsys)
    assert {row["model"] for row in found["rows"]} >= {"qwen2.5-coder-1.5b-moe", "qwen3-30b-a3b", "deepseek-v3"}
    assert all(row["tokens_per_second"] > 0 for row in found["rows"])
    assert len(found["evidence"]) > 8
    assert "how many times better the roofline is" in out


def test_one_model_on_one_machine(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = told(capsys, "--model", "qwen3-30b-a3b", "--machine", "h200", "--users", "64", "--weights", "bf16")
    (row,) = found["rows"]
    assert (row["weights"], row["layout"], row["bound"]) == ("bf16", "tp1 dp1", "memory")
    assert row["each"] * 64 == pytest.approx(row["tokens_per_second"])


def test_what_does_not_fit_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    out, found = told(capsys, "--model", "deepseek-v3", "--machine", "l4")
    assert "does not fit" in out
    assert found["rows"][0]["tokens_per_second"] is None
    layout = ("--data-parallel", "16", "--expert-parallel")
    assert told(capsys, "--model", "deepseek-v3", "--machine", "h200", *layout)[1]["rows"][0]["users"] > 0


@pytest.mark.parametrize("wrong", [("--model", "gpt-5"), ("--users", "0"), ("--context", "many")])
def test_wrong_arguments_are_refused(wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main(list(wrong))
    assert error.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_the_command_needs_no_model_engine() -> None:
    code = "import sys; from inference.capacity import __main__ as command; command.main([]); "
    code += "print({'torch', 'vllm'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
