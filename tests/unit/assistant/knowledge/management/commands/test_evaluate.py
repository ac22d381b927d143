"""`manage.py evaluate`: passes a part's figures on, for a person or for a program."""

from __future__ import annotations

import io
import json
import sys
import types
from argparse import ArgumentParser
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from retrieval.errors import EncoderUnavailable


@pytest.fixture
def part(settings: Any, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A part that measures what it is told."""
    module = types.ModuleType("a_part", "Measure a part.\n\nMore.")

    def add_arguments(parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=3)

    module.add_arguments = add_arguments  # type: ignore[attr-defined]
    module.run = lambda options: {"count": options["count"], "name": "检索"}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "a_part", module)
    settings.EVALUATIONS = {"part": "a_part", "absent": "not_in_this_installation"}
    return module


def said(*words: str) -> str:
    out = io.StringIO()
    call_command("evaluate", *words, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("part")
def test_figures_are_one_last_line_of_json_when_a_program_reads_them() -> None:
    lines = said("part", "--json", "--count", "7").splitlines()
    assert json.loads(lines[-1]) == {"count": 7, "name": "检索"}
    assert "检索" in lines[-1]


@pytest.mark.usefixtures("part")
def test_figures_are_a_row_each_when_a_person_reads_them() -> None:
    assert [line.split() for line in said("part").splitlines()] == [["count", "3"], ["name", "检索"]]


@pytest.mark.usefixtures("part")
def test_a_part_that_is_not_installed_is_left_out_rather_than_fatal() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        said("absent")


@pytest.mark.parametrize("fault", [EncoderUnavailable("no encoder"), FileNotFoundError("no questions.jsonl")])
def test_what_is_missing_is_said_without_a_traceback(part: types.ModuleType, fault: Exception) -> None:
    def run(options: object) -> None:
        raise fault

    part.run = run  # type: ignore[attr-defined]
    with pytest.raises(CommandError) as refused:
        said("part")
    assert str(refused.value) == str(fault)


def test_a_fault_of_the_program_keeps_its_traceback(part: types.ModuleType) -> None:
    def run(options: object) -> None:
        raise ZeroDivisionError

    part.run = run  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError):
        said("part")


@pytest.mark.parametrize("name", ["retrieval", "cache", "intents", "abstain"])
def test_every_part_of_the_house_can_be_asked_for_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        said(name, "--help")
    assert left.value.code == 0
    assert "--json" in capsys.readouterr().out
