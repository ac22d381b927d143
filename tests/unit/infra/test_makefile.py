"""What a person types and continuous integration runs: everything, and nothing is compiled twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infra import campaign

CHECKOUT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make here")


def make(*arguments: str, **environment: str) -> str:
    left = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=CHECKOUT, env=left | environment, capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip


def test_every_folder_of_tests_is_run_by_test_and_by_the_campaign() -> None:
    folders = {path.relative_to(CHECKOUT).parts[1] for path in (CHECKOUT / "tests").rglob("test_*.py")}
    assert folders >= {"architecture", "browser", "functional", "ide", "integration", "unit"}
    run = {folder for line in make("-n", "test").splitlines() for folder in re.findall(r"\btests/(\w+)", line)}
    assert run == folders
    assert {Path(path).name for suite in campaign.SUITES.values() for path in suite} == folders


@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy", "lint-imports"])
def test_the_checks_go_before_the_tests(tool: str) -> None:
    planned = make("-n", "test")
    assert -1 < planned.find(f".venv/bin/{tool}") < planned.find("-m pytest")


@pytest.mark.parametrize(("name", "value"), [("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONPATH", "/elsewhere")])
def test_what_would_slow_or_turn_its_processes_is_taken_from_them(name: str, value: str) -> None:
    assert make("-s", f"--eval=seen: ; @echo [$${name}]", "seen", **{name: value}) == "[]\n"
