"""The processes of a job, seen from outside: what they hold in memory, and their end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_COUNTED = ("RssAnon:", "RssShmem:")


def below(pid: int) -> Iterator[int]:
    """Yield every process that descends from one, nearest first."""
    waiting = [pid]
    while waiting:
        for child in _children(waiting.pop()):
            yield child
            waiting.append(child)


def memory(pid: int) -> int:
    """Bytes of their own that a process's descendants hold, shared memory included; files of the system are not."""
    return sum(_held(child) for child in below(pid))


def end(pid: int) -> None:
    """Kill what descends from a process, then the process. The first descendant is the namespace's own init."""
    for child in list(below(pid)):
        _kill(child)
    _kill(pid)


def _children(pid: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:  # it has ended
        return []
    found: list[int] = []
    for thread in threads:
        with suppress(OSError):
            found += [int(word) for word in (thread / "children").read_text(encoding="ascii").split()]
    return found


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_COUNTED))


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
