"""A process in the box that is spoken to again and again, because it takes long to start."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress

from sandbox import processes
from sandbox.errors import SandboxUnavailable

_ENDING_S = 5.0


class Session:
    """Write to `stdin`, read what the process reports from `report` (both are descriptors).

    Its holder watches the time and ends it; memory, processes, files and the rest are held by the job's limits.
    """

    def __init__(self, process: subprocess.Popen[bytes], report: int, errors: int) -> None:
        if process.stdin is None:
            raise SandboxUnavailable("the pipe to the process was not opened")
        self._process = process
        self._errors = errors
        self._pipe = process.stdin
        self.stdin = process.stdin.fileno()
        self.report = report

    @property
    def pid(self) -> int:
        """The process's number outside."""
        return self._process.pid

    def poll(self) -> int | None:
        """Status of a process that has ended, None while it runs; a signal as its number negated."""
        status = self._process.poll()
        return status if status is None or status <= 128 else 128 - status

    def wait(self, seconds: float) -> int | None:
        """Give it some time to end by itself; returns its status, None when it still runs."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.poll()

    def said(self) -> str:
        """The first words on its standard error: why it did not start."""
        return os.pread(self._errors, 2_000, 0).decode("utf-8", "replace").strip()

    def end(self) -> int:
        """Kill it with everything it started, and let go of it. Returns its status."""
        if self._process.poll() is None:
            processes.end(self._process.pid)
        status = self._process.wait(_ENDING_S)
        with suppress(OSError):  # what was still buffered for it
            self._pipe.close()
        for descriptor in (self.report, self._errors):
            with suppress(OSError):
                os.close(descriptor)
        return status if status <= 128 else 128 - status


def kept(start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start a process in a thread that lives as long as it: Linux ends the child when the thread that made it ends.

    Raises what `start` raises.
    """
    made: list[subprocess.Popen[bytes] | BaseException] = []
    ready = threading.Event()

    def keep() -> None:
        try:
            made.append(start())
        except (OSError, SandboxUnavailable) as error:
            made.append(error)
        ready.set()
        if isinstance(made[0], subprocess.Popen):
            made[0].wait()

    threading.Thread(target=keep, name="sandbox-session", daemon=True).start()
    ready.wait()
    if isinstance(made[0], BaseException):
        raise made[0]
    return made[0]
