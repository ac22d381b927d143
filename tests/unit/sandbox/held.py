"""What is asked of a hostile program's run in any language: nothing escaped, nothing too long, nothing left."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import MIB, Outcome, processes
from tests.unit.sandbox.hostile import Hostile


def slices(programs: list[Hostile], each: int) -> list[object]:
    """Every so-manieth program in the default run, all of them in `make campaign`; the order is that of the file."""
    return [
        pytest.param(program, id=program.name, marks=() if n % each == 0 else pytest.mark.slow)
        for n, program in enumerate(programs)
    ]


def boxed() -> set[int]:
    """Our descendants that are bubblewrap or live in a process namespace of their own, unlike other tests' servers."""
    ours = Path("/proc/self/ns/pid").readlink()
    found = set()
    for pid in processes.below(os.getpid()):
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
            if name == "bwrap" or Path(f"/proc/{pid}/ns/pid").readlink() != ours:
                found.add(pid)
        except FileNotFoundError:  # it has ended meanwhile
            continue
    return found


def held(program: Hostile, run: Callable[[], Outcome], wall_s: float) -> Outcome:
    """Run it; `wall_s` is its limit. Returns what came of it, for what a language wants to look at besides."""
    before = boxed()  # parsers of other tests live on in boxes of their own
    outcome = run()
    assert b"ESCAPED" not in outcome.report, outcome.report[:200]
    assert outcome.seconds <= wall_s + 2
    assert len(outcome.stdout) <= MIB
    assert len(outcome.report) <= MIB
    assert boxed() <= before, "something of it still runs"
    if program.hangs:
        assert outcome.ending in {"timeout", "memory", "output"}
    return outcome
