"""None gets out, none stays longer than its limit and two seconds, and the machine is as it was."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import MIB, Job, Limits, Outcome, Sandbox, python
from tests.unit.sandbox.held import held, slices
from tests.unit.sandbox.hostile import PRELUDE, PROGRAMS, Hostile

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the programs name system calls by x86_64 number"
)
LIMITS = Limits(wall_s=5.0, address_space=512 * MIB, memory=256 * MIB, processes=24, scratch=32 * MIB, output=MIB)
SHORT_S = 1.0


def run(program: Hostile, port: int, secret: Path) -> Outcome:
    wall = SHORT_S if program.hangs else LIMITS.wall_s
    limits = Limits(
        wall_s=wall, address_space=LIMITS.address_space, memory=LIMITS.memory, processes=LIMITS.processes,
        scratch=LIMITS.scratch, output=LIMITS.output,
    )  # fmt: skip
    arguments = (str(os.getpid()), str(port), str(secret))
    body = (PRELUDE + program.code).encode()
    return Sandbox().run(Job(python("/box/hostile.py", *arguments), files={"hostile.py": body}, limits=limits))


def test_there_are_at_least_sixty() -> None:
    assert len(PROGRAMS) >= 60
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)


@pytest.mark.parametrize("program", slices(PROGRAMS, 3))
def test_it_is_held(program: Hostile, port: int, secret: Path) -> None:
    held(program, lambda: run(program, port, secret), SHORT_S if program.hangs else LIMITS.wall_s)


def test_the_programs_would_be_noticed_without_a_sandbox() -> None:
    """The control: what reports an escape does so when nothing holds it."""
    body = PRELUDE.replace("os.write(3,", "os.write(1,") + "attempt(lambda: open(SECRET).read())"
    done = subprocess.run(
        [sys.executable, "-c", body, "1", "1", "/proc/self/cmdline"], capture_output=True, check=False
    )
    assert b"ESCAPED" in done.stdout
