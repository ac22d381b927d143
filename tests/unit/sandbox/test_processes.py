"""Processes seen from outside."""

from __future__ import annotations

import subprocess
import sys
import time

from sandbox import MIB, processes

HOLDS = "import os, time\nif os.fork() == 0:\n    x = b'1' * (30 << 20)\nprint(1, flush=True)\ntime.sleep(60)"


def test_descendants_their_memory_and_their_end() -> None:
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {HOLDS!r}])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()
        assert len(list(processes.below(process.pid))) == 2
        assert processes.memory(process.pid) > 30 * MIB
        processes.end(process.pid)
        assert process.wait(5) == -9
        deadline = time.monotonic() + 5
        while list(processes.below(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert list(processes.below(process.pid)) == []


def test_a_process_that_has_ended_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert (list(processes.below(process.pid)), processes.memory(process.pid)) == ([], 0)
    processes.end(process.pid)
