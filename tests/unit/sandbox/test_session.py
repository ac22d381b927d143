"""A process in the box that is spoken to again and again."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Job, Limits, Sandbox, SandboxUnavailable, Session, python

ECHO = """
import os, sys
for line in sys.stdin:
    os.write(3, line.upper().encode())
"""


@pytest.fixture
def echo() -> Iterator[Session]:
    made = Sandbox().open(Job(python("-c", ECHO)))
    yield made
    made.end()


def answer(session: Session, line: bytes) -> bytes:
    os.write(session.stdin, line)
    readable, _, _ = select.select([session.report], [], [], 20)
    assert readable, "no answer"
    return os.read(session.report, 1000)


def test_it_answers_more_than_once(echo: Session) -> None:
    assert [answer(echo, b"one\n"), answer(echo, b"two\n")] == [b"ONE\n", b"TWO\n"]
    assert echo.poll() is None


def test_it_outlives_the_thread_that_opened_it() -> None:
    opened: list[Session] = []
    thread = threading.Thread(target=lambda: opened.append(Sandbox().open(Job(python("-c", ECHO)))))
    thread.start()
    thread.join()
    time.sleep(0.3)
    try:
        assert answer(opened[0], b"still here\n") == b"STILL HERE\n"
    finally:
        opened[0].end()


def test_ending_it_ends_all_that_it_started() -> None:
    code = "import os, time\nif os.fork() == 0: time.sleep(60)\nos.write(3, b'x'); time.sleep(60)"
    session = Sandbox().open(Job(python("-c", code)))
    assert os.read(session.report, 1) == b"x"
    assert session.end() == -9
    assert not Path(f"/proc/{session.pid}").exists()


@pytest.mark.parametrize(("code", "status"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 11)", -11)])
def test_how_it_ended_by_itself_is_told(code: str, status: int) -> None:
    session = Sandbox().open(Job(python("-c", code)))
    assert session.wait(20) == status
    assert session.end() == status


def test_its_limits_hold() -> None:
    session = Sandbox().open(Job(python("-c", "x = bytearray(1 << 30)"), limits=Limits(address_space=256 << 20)))
    assert session.wait(20) == 1
    assert "MemoryError" in session.said()
    session.end()


def test_why_it_did_not_start_is_told() -> None:
    session = Sandbox().open(Job(python("-c", "pass"), folders=(Path("/no/such/folder"),)))
    assert session.wait(20) == 1
    assert "/no/such/folder" in session.said()
    session.end()


def test_a_program_that_is_not_there_is_an_error_and_no_thread_waits_for_it() -> None:
    before = set(threading.enumerate())
    with pytest.raises(SandboxUnavailable, match="cannot be started"):
        Sandbox(Path("/no/bwrap")).open(Job(python("-c", "pass")))
    time.sleep(0.1)
    assert set(threading.enumerate()) <= before  # those of earlier tests may end meanwhile


def opened() -> dict[str, str]:
    """This process's descriptors and what each leads to."""
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one the listing itself reads by, and what others close
            found[entry.name] = str(entry.readlink())
    return found


def test_no_descriptor_is_left_open() -> None:
    before = opened()
    for _ in range(5):
        session = Sandbox().open(Job(python("-c", ECHO)))
        answer(session, b"x\n")
        assert {session.stdin, session.report} <= {int(name) for name in opened()}
        session.end()
    # what an earlier test left may be closed meanwhile: only what was added counts
    added = {name: leads for name, leads in opened().items() if before.get(name) != leads}
    assert added == {}
