"""All benchmarks, one after the other: each has its turn, and one that fails is named."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as everything
from benchmarks.server import ROOT


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose benchmarks write down how they were called and end with a status of their own."""
    package = tmp_path / "benchmarks"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in everything.NAMES:
        write(package, name, 0)
    monkeypatch.setattr(everything, "ROOT", tmp_path)
    return package


def write(package: Path, name: str, status: int) -> None:
    log = package.parent / "log"
    code = (
        f"import sys\nopen({str(log)!r}, 'a').write(' '.join([{name!r}, *sys.argv[1:]]) + '\\n')\nsys.exit({status})\n"
    )
    (package / f"{name}.py").write_text(code, encoding="utf-8")


def called(package: Path) -> list[str]:
    return (package.parent / "log").read_text(encoding="utf-8").splitlines()


def test_every_name_is_a_benchmark_that_exists() -> None:
    assert all(importlib.util.find_spec(f"benchmarks.{name}") for name in everything.NAMES)
    assert len(set(everything.NAMES)) == len(everything.NAMES)


def test_all_run_once_in_order_with_the_same_arguments(stand_ins: Path) -> None:
    assert everything.main(["--json"]) == 0
    assert called(stand_ins) == [f"{name} --json" for name in everything.NAMES]


@pytest.mark.parametrize("broken", everything.NAMES)
@pytest.mark.parametrize("status", [1, 2, 137])
def test_one_that_fails_is_named_after_the_others_had_their_turn(
    stand_ins: Path, capsys: pytest.CaptureFixture[str], broken: str, status: int
) -> None:
    write(stand_ins, broken, status)
    assert everything.main([]) == 1
    assert called(stand_ins) == list(everything.NAMES)
    assert capsys.readouterr().err == f"failed: {broken}\n"


def test_several_that_fail_are_named_together(stand_ins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in everything.NAMES:
        write(stand_ins, name, 1)
    assert everything.main([]) == 1
    assert capsys.readouterr().err == f"failed: {', '.join(everything.NAMES)}\n"


def test_nothing_is_said_when_all_is_well(stand_ins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything.main([])
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.mark.parametrize("name", everything.NAMES)
def test_each_real_benchmark_says_what_it_takes(name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout
