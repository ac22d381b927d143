from __future__ import annotations

from pathlib import Path

import pytest

from infra import campaign
from infra.campaign import PARTS, SUITES, command, main, told

TESTS = """
import pytest

@pytest.mark.slow
def test_a_figure():
    print("recovery 4.12 s")

@pytest.mark.slow
def test_what_fails():
    assert {slow}, "lost a row"

def test_what_every_run_has():
    print("not a figure")
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "test_small.py"
    file.write_text(TESTS.format(slow=True))
    monkeypatch.setattr(campaign, "SUITES", {"unit": (str(file),), "ide": (str(file),)})
    return file


def test_figures_of_the_slow_tests_are_kept_and_no_others(suite: Path, tmp_path: Path) -> None:
    record = tmp_path / "campaign.txt"
    assert main(["--part", "figures", "--suite", "ide"], record) == 0
    kept = record.read_text()
    assert "recovery 4.12 s" in kept
    assert "not a figure" not in kept
    assert "2 passed" in kept
    assert "processor: " in kept
    assert suite.exists()


def test_a_suite_that_fails_is_told_and_the_next_one_still_runs(suite: Path, tmp_path: Path) -> None:
    suite.write_text(TESTS.format(slow=False))
    record = tmp_path / "campaign.txt"
    assert main(["--part", "figures"], record) == 1
    kept = record.read_text()
    assert kept.count("lost a row") >= 2
    assert [line.split()[:2] for line in kept.splitlines() if line.startswith("figures")] == [
        ["figures", "unit"],
        ["figures", "ide"],
    ]


def test_a_suite_without_slow_tests_is_no_failure(suite: Path, tmp_path: Path) -> None:
    suite.write_text("def test_quick():\n    assert True\n")
    assert main(["--part", "figures", "--suite", "ide"], tmp_path / "campaign.txt") == 0


def test_both_parts_together_are_every_test_of_the_house() -> None:
    assert PARTS["figures"][:2] == ("-m", "slow")
    assert PARTS["search"][:2] == ("-m", "not slow")
    rooms = {
        str(path.relative_to(campaign.CHECKOUT))
        for path in (campaign.CHECKOUT / "tests").iterdir()
        if any(path.glob("**/test_*.py"))
    }
    assert rooms == {folder for folders in SUITES.values() for folder in folders}


@pytest.mark.parametrize("part", PARTS)
def test_a_figure_has_the_cores_alone(part: str) -> None:
    assert ("-n" in command("unit", part)) == (part == "search")


def test_what_stands_before_the_first_heading_is_not_kept() -> None:
    lines = ["===== test session starts =====\n", "12.5 === x\n", "==== PASSES ====\n", "figure\n"]
    assert list(told(iter(lines))) == lines[2:]
    assert list(told(iter(lines[:2]))) == []
