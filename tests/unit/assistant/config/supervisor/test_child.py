"""The small script between fork and exec, as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.config.supervisor import child
from tests.unit.assistant.config.supervisor.children import eventually, lives

SCRIPT = str(Path(child.__file__))
ROOT = os.geteuid() == 0


def start(*flags: str, program: list[str], parent: int | None = None) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", "-S", SCRIPT, f"--parent={parent or os.getpid()}", "--signal=15", *flags]
    return subprocess.run([*argv, "--", *program], capture_output=True, text=True, timeout=60, check=False)


def test_it_turns_into_the_program_with_the_programs_own_arguments() -> None:
    done = start(program=["/bin/echo", "--uid=7", "two words", "中文"])
    assert (done.returncode, done.stdout) == (0, "--uid=7 two words 中文\n")


def test_a_child_stands_back_behind_the_others_as_far_as_it_is_told() -> None:
    here = os.getpriority(os.PRIO_PROCESS, 0)
    done = start("--nice=3", program=[sys.executable, "-c", "import os; print(os.getpriority(os.PRIO_PROCESS, 0))"])
    assert int(done.stdout) == min(19, here + 3)


def test_the_programs_exit_code_comes_through() -> None:
    assert start(program=["/bin/sh", "-c", "exit 7"]).returncode == 7


def test_the_program_keeps_the_process_id_so_that_signals_reach_it() -> None:
    argv = [sys.executable, "-I", "-S", SCRIPT, f"--parent={os.getpid()}", "--signal=15", "--"]
    with subprocess.Popen([*argv, "/bin/sh", "-c", "echo $$"], stdout=subprocess.PIPE, text=True) as process:
        said, _ = process.communicate(timeout=60)
    assert int(said) == process.pid


def test_a_child_whose_parent_is_gone_already_does_not_start() -> None:
    done = start(program=["/bin/echo", "started"], parent=1 if os.getpid() != 1 else 2)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "the supervisor is gone" in done.stderr


def test_without_a_program_or_a_parent_it_refuses() -> None:
    assert start(program=[]).returncode == 2
    done = subprocess.run([sys.executable, SCRIPT, "--", "/bin/true"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--parent" in done.stderr


def test_the_program_ends_with_its_parent_even_when_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = f"echo $$ > {note}; exec sleep 60"
    code = (
        "import os, subprocess, sys, time\n"
        f"argv = [sys.executable, '-I', '-S', {SCRIPT!r}, f'--parent={{os.getpid()}}', '--signal=15', '--']\n"
        f"subprocess.Popen([*argv, '/bin/sh', '-c', {program!r}])\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        assert eventually(lambda: note.exists() and note.read_text().strip() != "", 60)
        pid = int(note.read_text())
        assert lives(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
    assert eventually(lambda: not lives(pid), 30)


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_it_becomes_the_user_it_was_told_and_keeps_no_group_of_roots() -> None:
    report = "import json, os; print(json.dumps([os.getuid(), os.geteuid(), os.getgid(), os.getgroups()]))"
    system = next(path for path in ("/usr/bin/python3", "/bin/sh") if Path(path).exists())
    if system.endswith("python3"):
        done = start("--uid=65534", "--gid=65534", program=[system, "-c", report])
        assert json.loads(done.stdout) == [65534, 65534, 65534, []]
    else:
        done = start("--uid=65534", "--gid=65534", program=["/bin/sh", "-c", "id -u; id -G"])
        assert done.stdout.split() == ["65534", "65534"]


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
@pytest.mark.parametrize("passage", [False, True])
def test_the_right_to_walk_through_roots_folders_is_kept_only_when_asked_for(tmp_path: Path, passage: bool) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "note").write_text("inside", encoding="ascii")
    flags = ["--uid=65534", "--gid=65534", *(["--keep-passage"] if passage else [])]
    done = start(*flags, program=["/bin/ls", str(closed)])
    if passage and done.returncode == 1:
        assert "DATABASE_URL" in done.stderr  # this kernel grants no such right, and the reader is told what to do
        assert "无法" in done.stderr
    else:
        assert (done.stdout.strip() == "note") is passage
