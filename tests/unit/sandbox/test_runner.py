"""What comes back of a job, and what ends it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from sandbox import MIB, Job, Limits, Sandbox, SandboxError, SandboxUnavailable, python
from sandbox.types import Outcome


def run(code: str, **more: object) -> Outcome:
    return Sandbox().run(Job(python("-c", code), **more))  # type: ignore[arg-type]


def test_output_errors_report_and_status_come_back_apart() -> None:
    outcome = run("import os, sys; print('out'); sys.stderr.write('err'); os.write(3, b'told'); sys.exit(7)")
    assert (outcome.stdout, outcome.stderr, outcome.report) == (b"out\n", b"err", b"told")
    assert (outcome.ending, outcome.status, outcome.ok) == ("exited", 7, False)


def test_standard_input_is_fed_whole() -> None:
    outcome = run("import sys; print(len(sys.stdin.buffer.read()))", stdin=b"x" * 3_000_000)
    assert outcome.stdout == b"3000000\n"


def test_a_job_that_reads_no_input_is_not_waited_for() -> None:
    assert run("print('done')", stdin=b"x" * 3_000_000).stdout == b"done\n"


def test_files_lie_in_the_box_and_cannot_be_changed() -> None:
    code = "print(open('/box/a/b.txt').read())\ntry: open('/box/a/b.txt', 'w')\nexcept OSError: print('kept')"
    assert run(code, files={"a/b.txt": "你好".encode()}).stdout.decode() == "你好\nkept\n"


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "", "a\0b"])
def test_a_file_outside_the_box_is_refused_before_anything_runs(name: str) -> None:
    with pytest.raises(SandboxError, match="relative path"):
        run("print(1)", files={name: b""})


def test_folders_given_are_read_only(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("seen")
    code = f"import os; os.chdir({str(tmp_path)!r}); print(open('x').read())\n"
    code += "try: open('y', 'w')\nexcept OSError: print('kept')"
    tmp_path.chmod(0o755)
    assert run(code, folders=(tmp_path,)).stdout == b"seen\nkept\n"
    assert not (tmp_path / "y").exists()


def test_the_environment_is_empty_but_for_what_is_given() -> None:
    outcome = run("import os; print(sorted(os.environ))", environment={"MINE": "1"})
    assert b"MINE" in outcome.stdout
    assert b"PYTHONPATH" not in outcome.stdout
    assert b"API" not in outcome.stdout


def test_a_signal_is_told_by_its_number() -> None:
    outcome = run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert (outcome.ending, outcome.status) == ("signalled", -9)


def test_time_beyond_the_limit_ends_it() -> None:
    outcome = run("import time; print('began', flush=True); time.sleep(60)", limits=Limits(wall_s=1.0))
    assert outcome.ending == "timeout"
    assert outcome.stdout == b"began\n"
    assert outcome.seconds < 3


def test_output_beyond_the_limit_ends_it_and_is_cut() -> None:
    outcome = run("while True: print('x' * 1000)", limits=Limits(output=MIB))
    assert (outcome.ending, len(outcome.stdout)) == ("output", MIB)


def test_memory_of_all_processes_together_ends_it() -> None:
    code = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        hold = b"1" * (40 << 20)
        time.sleep(30)
time.sleep(30)
"""
    outcome = run(code, limits=Limits(memory=96 * MIB))
    assert outcome.ending == "memory"
    assert outcome.peak > 96 * MIB


def test_cancelling_ends_it_within_half_a_second() -> None:
    cancelled = threading.Event()
    began: list[float] = []

    def heard(_piece: bytes) -> None:
        began.append(time.monotonic())
        cancelled.set()

    job = Job(python("-c", "import os, time; os.write(3, b'here'); time.sleep(60)"))
    outcome = Sandbox().run(job, cancelled=cancelled, heard=heard)
    assert outcome.ending == "cancelled"
    assert time.monotonic() - began[0] < 0.5


def test_the_report_is_heard_while_the_job_runs() -> None:
    pieces: list[bytes] = []
    job = Job(python("-c", "import os, time\nfor n in range(3): os.write(3, b'%d' % n); time.sleep(0.2)"))
    outcome = Sandbox().run(job, heard=pieces.append)
    assert pieces == [b"0", b"1", b"2"]
    assert outcome.report == b"012"


def test_a_command_that_does_not_exist_is_said() -> None:
    with pytest.raises(SandboxError, match="no-such-program"):
        Sandbox().run(Job(("/usr/bin/no-such-program",)))


def test_a_missing_bubblewrap_is_said() -> None:
    with pytest.raises(SandboxUnavailable, match="cannot be started"):
        Sandbox(Path("/nonexistent/bwrap")).run(Job(python("-c", "")))


def test_jobs_run_beside_each_other() -> None:
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(run("print(5)"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.stdout for outcome in outcomes] == [b"5\n"] * 4
