"""Java in the box: no program gets out, none stays longer than its limit and two seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox import MIB, Job, Limits, Outcome, Sandbox
from tests.unit.sandbox.held import held, slices
from tests.unit.sandbox.hostile import Hostile
from tests.unit.sandbox.hostile_java import PRELUDE, PROGRAMS

SHORT_S, WALL_S = 6.0, 20.0  # the machine itself takes a second to start, and more where others work
JAVA = shutil.which("java") or "/usr/bin/java"
OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--add-opens=java.base/java.io=ALL-UNNAMED")


def run(program: Hostile, port: int, secret: Path) -> Outcome:
    limits = Limits(
        wall_s=SHORT_S if program.hangs else WALL_S, cpu_s=30, address_space=None, memory=512 * MIB, processes=64,
        scratch=48 * MIB, output=MIB, open_files=1024,
    )  # fmt: skip
    arguments = (str(os.getpid()), str(port), str(secret))
    command = (str(Path(JAVA).resolve()), *OPTIONS, "/box/Hostile.java", *arguments)
    folders = tuple(Path("/etc").glob("java-*-openjdk"))
    return Sandbox().run(Job(command, files={"Hostile.java": source(program, 3)}, folders=folders, limits=limits))


def source(program: Hostile, report: int) -> bytes:
    return PRELUDE.replace("REPORT", str(report)).replace("BODY", program.code).encode()


def test_there_are_at_least_sixty() -> None:
    assert len(PROGRAMS) >= 60
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)


@pytest.mark.parametrize("program", slices(PROGRAMS, 12))
def test_it_is_held(program: Hostile, port: int, secret: Path) -> None:
    outcome = held(program, lambda: run(program, port, secret), SHORT_S if program.hangs else WALL_S)
    assert b"error: compilation failed" not in outcome.stderr, outcome.stderr[-400:]


def test_the_programs_would_be_noticed_without_a_sandbox(tmp_path: Path, secret: Path) -> None:
    """The control: what reports an escape does so when nothing holds it."""
    (tmp_path / "Hostile.java").write_bytes(source(Hostile("reads", "attempt(() -> read(SECRET));"), 1))
    command = [JAVA, *OPTIONS, str(tmp_path / "Hostile.java"), "1", "1", str(secret)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert b"ESCAPED" in done.stdout


def test_a_program_that_means_no_harm_runs(port: int, secret: Path) -> None:
    outcome = run(Hostile("harmless", "System.out.print(6 * 7);"), port, secret)
    assert (outcome.ok, outcome.stdout) == (True, b"42")
