"""None gets out, none stays longer than its limit and two seconds, and the machine is as it was."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import MIB, Job, Limits, Outcome, Sandbox, processes, python
from tests.unit.sandbox.hostile import PRELUDE, PROGRAMS, Hostile

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the programs name system calls by x86_64 number"
)
LIMITS = Limits(wall_s=5.0, address_space=512 * MIB, memory=256 * MIB, processes=24, scratch=32 * MIB, output=MIB)
SHORT_S = 1.0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("secret") / "key"
    path.write_text("nobody inside reads this")
    return path


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


def slices(programs: list[Hostile], each: int) -> list[object]:
    """Every so-manieth program in the default run, all of them in `make campaign`; the order is that of the file."""
    return [
        pytest.param(program, id=program.name, marks=() if n % each == 0 else pytest.mark.slow)
        for n, program in enumerate(programs)
    ]


def boxed() -> list[int]:
    """Our descendants that are bubblewrap or live in a process namespace of their own, unlike other tests' servers."""
    ours = Path("/proc/self/ns/pid").readlink()
    found = []
    for pid in processes.below(os.getpid()):
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
            if name == "bwrap" or Path(f"/proc/{pid}/ns/pid").readlink() != ours:
                found.append(pid)
        except FileNotFoundError:  # it has ended meanwhile
            continue
    return found


@pytest.mark.parametrize("program", slices(PROGRAMS, 3))
def test_it_is_held(program: Hostile, port: int, secret: Path) -> None:
    before = set(boxed())  # parsers of other tests live on in boxes of their own
    outcome = run(program, port, secret)
    assert b"ESCAPED" not in outcome.report, outcome.report[:200]
    assert outcome.seconds <= (SHORT_S if program.hangs else LIMITS.wall_s) + 2
    assert len(outcome.stdout) <= MIB
    assert len(outcome.report) <= MIB
    assert set(boxed()) <= before, "something of it still runs"
    if program.hangs:
        assert outcome.ending in {"timeout", "memory", "output"}


def test_the_programs_would_be_noticed_without_a_sandbox() -> None:
    """The control: what reports an escape does so when nothing holds it."""
    body = PRELUDE.replace("os.write(3,", "os.write(1,") + "attempt(lambda: open(SECRET).read())"
    done = subprocess.run(
        [sys.executable, "-c", body, "1", "1", "/proc/self/cmdline"], capture_output=True, check=False
    )
    assert b"ESCAPED" in done.stdout
