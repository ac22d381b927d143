"""Node.js in the box: no program gets out, none stays longer than its limit and two seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox import MIB, Job, Limits, Outcome, Sandbox
from tests.unit.sandbox.held import held, slices
from tests.unit.sandbox.hostile import Hostile
from tests.unit.sandbox.hostile_javascript import PRELUDE, PROGRAMS

SHORT_S, WALL_S = 1.5, 8.0
NODE = shutil.which("node") or "/usr/bin/node"


def run(program: Hostile, port: int, secret: Path) -> Outcome:
    limits = Limits(
        wall_s=SHORT_S if program.hangs else WALL_S, cpu_s=10, address_space=None, memory=384 * MIB, processes=48,
        scratch=32 * MIB, output=MIB, open_files=1024,
    )  # fmt: skip
    command = (
        str(Path(NODE).resolve()),
        "--max-old-space-size=256",
        "/box/hostile.js",
        str(os.getpid()),
        str(port),
        str(secret),
    )
    body = (PRELUDE + program.code).encode()
    return Sandbox().run(
        Job(command, files={"hostile.js": body}, environment={"OPENSSL_CONF": "/dev/null"}, limits=limits)
    )


def test_there_are_at_least_sixty() -> None:
    assert len(PROGRAMS) >= 60
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)


@pytest.mark.parametrize("program", slices(PROGRAMS, 4))
def test_it_is_held(program: Hostile, port: int, secret: Path) -> None:
    outcome = held(program, lambda: run(program, port, secret), SHORT_S if program.hangs else WALL_S)
    assert b"SyntaxError" not in outcome.stderr, outcome.stderr[-400:]


def test_the_programs_would_be_noticed_without_a_sandbox(tmp_path: Path, secret: Path) -> None:
    """The control: what reports an escape does so when nothing holds it."""
    body = PRELUDE.replace("fs.writeSync(3,", "fs.writeSync(1,") + "attempt(() => fs.readFileSync(SECRET));"
    (tmp_path / "hostile.js").write_text(body)
    done = subprocess.run(
        [NODE, str(tmp_path / "hostile.js"), "1", "1", str(secret)], capture_output=True, check=False, timeout=30
    )
    assert b"ESCAPED" in done.stdout


def test_a_program_that_means_no_harm_runs(port: int, secret: Path) -> None:
    outcome = run(Hostile("harmless", "fs.writeSync(3, String(6 * 7));"), port, secret)
    assert (outcome.ok, outcome.report) == (True, b"42")
