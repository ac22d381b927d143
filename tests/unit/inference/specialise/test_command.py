"""What a person types and reads: defaults, refusals by the parser, the table and the last line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inference.specialise import command
from inference.specialise.train import Plan
from tests.unit.inference.specialise.conftest import train

MODEL = ["--model", "m", "--domain", "law=a.txt"]


def test_defaults_are_those_of_the_plan() -> None:
    asked = command.parser().parse_args(["train", *MODEL, "--into", "d"])
    usual = Plan()
    assert (asked.steps, asked.learning_rate, asked.router_rate) == (
        usual.steps,
        usual.learning_rate,
        usual.router_rate,
    )
    assert (asked.balance, asked.routing, asked.keep_every) == (usual.balance, usual.routing, usual.keep_every)
    assert (asked.device, asked.top_k, asked.seed) == ("auto", None, 0)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["train", *MODEL],
        ["train", "--model", "m", "--into", "d"],
        ["evaluate", *MODEL],
        ["merge", "--model", "m"],
        ["forget", *MODEL],
        ["train", *MODEL, "--into", "d", "--steps", "many"],
    ],
)
def test_what_is_missing_or_unknown_is_refused_with_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.parser().parse_args(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_person_sees_each_domain_and_a_machine_the_last_line(
    base: Path, files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(base, tmp_path / "d", f"code={files['code']}", f"ledger={files['ledger']}", steps=3) == 0
    said = capsys.readouterr()
    first, second, last = said.out.splitlines()
    assert first.startswith("code    expert 0  held-out perplexity")
    assert second.startswith("ledger  expert 1  held-out perplexity")
    assert "(even 25%)" in first
    assert {"deltas", "base_sha256", "steps", "seconds", "device", "domains", "experts"} <= json.loads(last).keys()
    assert [line.split(":")[0] for line in said.err.splitlines() if line.startswith("step")] == [
        "step 1",
        "step 2",
        "step 3",
    ]


def test_chinese_names_stay_readable_on_the_last_line() -> None:
    assert command.last_line({"experts": "trained: 金融"}) == '{"experts": "trained: 金融"}\n'
