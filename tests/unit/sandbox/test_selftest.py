"""The self-test proves what it says, fails closed, and is run once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from sandbox import Job, Sandbox, SandboxUnavailable, selftest
from sandbox.runner import Reader
from sandbox.types import Outcome


class Told(Sandbox):
    """A sandbox whose jobs say what they are told to."""

    def __init__(self, report: bytes) -> None:
        super().__init__()
        self.report = report
        self.runs = 0

    def run(self, job: Job, *, cancelled: threading.Event | None = None, heard: Reader | None = None) -> Outcome:
        self.runs += 1
        return Outcome("exited", 0, b"", b"Traceback: it broke", self.report, 0.1, 0)


def test_it_holds_here() -> None:
    assert set(selftest.prove(Sandbox())) == set(selftest.PROBES)


@pytest.mark.parametrize("way", selftest.PROBES)
def test_any_open_way_is_named(way: str) -> None:
    told = ", ".join(f'"{name}": {"false" if name == way else "true"}' for name in selftest.PROBES)
    with pytest.raises(SandboxUnavailable, match=f"'{way}'"):
        selftest.prove(Told(f"{{{told}}}".encode()))


def test_silence_is_a_failure() -> None:
    with pytest.raises(SandboxUnavailable, match="it broke"):
        selftest.prove(Told(b""))


def test_the_check_is_made_once_and_its_failure_stays() -> None:
    box = Told(b"{}")
    for _ in range(3):
        with pytest.raises(SandboxUnavailable):
            box.check()
    assert box.runs == 1


def test_without_bubblewrap_the_check_says_so() -> None:
    with pytest.raises(SandboxUnavailable, match="cannot be started"):
        Sandbox(Path("/nonexistent/bwrap")).check()
