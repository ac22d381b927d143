"""Leaving experts out: measured on a mixture where it matters, on one whose experts are equal, and on one a token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.evaluate import confidence
from inference.evaluate.__main__ import main
from inference.evaluate.packed_model import packed
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format

IDS = torch.randint(0, 300, (48,), generator=torch.Generator().manual_seed(0))


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(IDS[None]).logits[0].float()
    return found


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "text.txt").write_text("Experts divide the work by domain. 专家按领域分工。" * 3, encoding="utf-8")
    return tmp_path / "text.txt"


def measured(capsys: pytest.CaptureFixture[str], folder: Path, text: Path, *extra: str) -> tuple[dict[str, Any], str]:
    asked = ["confidence", "--model", str(folder), "--text", str(text), "--tokens", "64", "--window", "32", *extra]
    assert main(asked) == 0
    said = capsys.readouterr().out
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found, said


def test_less_confidence_saves_more_work(small_folder: Path, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, said = measured(capsys, small_folder, text, "--shares", "1,0.8,0.6,0.01")
    saved = [row["saved"] for row in found["rows"]]
    assert saved[0] == 0
    assert saved == sorted(saved)
    assert saved[-1] == pytest.approx(0.5)  # of two experts one is always kept
    assert all(row["perplexity"] > 1 for row in found["rows"])
    assert found["top_k"] == 2
    assert "expert work saved 50.0%" in said


def test_all_experts_are_what_the_model_says_without(small_mixture: Any, library: Library) -> None:
    with packed(small_mixture, library, Format.BF16):
        plain = logits(small_mixture)
        with confidence.leaving_out(small_mixture, 1.0) as work:
            assert torch.equal(logits(small_mixture), plain)
        assert work.asked == work.computed == 2 * 2 * len(IDS)


def test_different_experts_are_missed_and_come_back(small_mixture: Any, library: Library) -> None:
    with packed(small_mixture, library, Format.BF16):
        plain = logits(small_mixture)
        with confidence.leaving_out(small_mixture, 0.01) as work:
            alone = logits(small_mixture)
        assert work.saved == pytest.approx(0.5)
        assert (alone - plain).norm() / plain.norm() > 0.05
        assert torch.equal(logits(small_mixture), plain)


def test_equal_experts_are_not_missed(library: Library) -> None:
    from tests.unit.inference.specialise.conftest import fresh

    model = fresh()
    with packed(model, library, Format.BF16):
        plain = logits(model)
        with confidence.leaving_out(model, 0.01) as work:
            alone = logits(model)
    assert work.saved == pytest.approx(0.5)
    torch.testing.assert_close(alone, plain, rtol=0.05, atol=0.1)


def test_one_expert_a_token_leaves_nothing_to_leave_out(
    small_folder: Path, text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    shutil.copytree(small_folder, tmp_path / "one")
    config = json.loads((tmp_path / "one" / "config.json").read_text())
    (tmp_path / "one" / "config.json").write_text(json.dumps(config | {"num_experts_per_tok": 1}))
    found, said = measured(capsys, tmp_path / "one", text, "--shares", "1,0.5")
    assert [row["saved"] for row in found["rows"]] == [0, 0]
    assert found["rows"][0]["perplexity"] == pytest.approx(found["rows"][1]["perplexity"])
    assert "nothing to leave out" in said
    assert "没有可省略" in said


@pytest.mark.parametrize("shares", ["0", "1.5", "1,-0.2"])
def test_a_share_that_is_none_is_refused(
    small_folder: Path, text: Path, capsys: pytest.CaptureFixture[str], shares: str
) -> None:
    assert main(["confidence", "--model", str(small_folder), "--text", str(text), "--shares", shares]) == 1
    assert "above 0 and at most 1" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_named(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["confidence", "--model", "/nowhere", "--text", str(text)]) == 1
    assert "/nowhere/config.json does not exist" in capsys.readouterr().err
