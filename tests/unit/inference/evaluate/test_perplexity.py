"""The command, on a small mixture and real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inference.evaluate.__main__ import main


@pytest.fixture
def texts(tmp_path: Path) -> list[str]:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "one.md").write_text("专家按领域分工。" * 5, encoding="utf-8")
    (tmp_path / "zh" / "picture.png").write_bytes(b"\xff\xfe")
    (tmp_path / "en.txt").write_text("Experts divide the work by domain. " * 4, encoding="utf-8")
    return [str(tmp_path / "zh"), str(tmp_path / "en.txt")]


def measured(capsys: Any, *arguments: str) -> dict[str, Any]:
    assert main(["perplexity", "--tokens", "64", "--window", "32", "--json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_each_text_and_all_together_in_each_format(small_folder: Path, texts: list[str], capsys: Any) -> None:
    found = measured(capsys, "--model", str(small_folder), "--text", *texts)
    for name in ("zh", "en.txt", "all"):
        assert set(found[name]) == {"bf16", "int8", "int4"}
        assert all(value > 1 for value in found[name].values())
        assert found[name]["int8"] == pytest.approx(found[name]["bf16"], rel=0.1)
    both = sorted(found[name]["bf16"] for name in ("zh", "en.txt"))
    assert both[0] <= found["all"]["bf16"] <= both[1]
    assert found["inputs"] == "written"


def test_one_format_alone_and_the_arithmetic_of_a_prompt(small_folder: Path, texts: list[str], capsys: Any) -> None:
    found = measured(capsys, "--model", str(small_folder), "--text", texts[1], "--experts", "int4", "--inputs", "read")
    assert set(found["all"]) == {"int4"}
    assert found["inputs"] == "read"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--experts", "bf16,int2"], "int2"),
        (["--text", "/nowhere/text.md"], "/nowhere/text.md does not exist"),
        (["--model", "/nowhere"], "/nowhere/config.json does not exist"),
    ],
)
def test_what_is_missing_is_named(
    small_folder: Path, texts: list[str], capsys: Any, changed: list[str], said: str
) -> None:
    assert main(["perplexity", "--model", str(small_folder), "--text", texts[1], *changed]) == 1
    assert said in capsys.readouterr().err


def test_an_empty_text_is_an_error_and_no_figure(small_folder: Path, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "empty.txt").write_text("")
    assert main(["perplexity", "--model", str(small_folder), "--text", str(tmp_path / "empty.txt")]) == 1
    assert "shorter than two tokens" in capsys.readouterr().err
