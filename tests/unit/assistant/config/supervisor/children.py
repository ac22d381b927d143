"""Children for the tests of the supervisor: small Python programs with real processes behind them."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from assistant.config.supervisor.process import Spec


def python(name: str, code: str, folder: Path) -> Spec:
    """A child that runs `code`."""
    return Spec(name, (sys.executable, "-u", "-c", code), folder / f"{name}.log", {"PATH": "/usr/bin:/bin"})


def eventually(happens: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it happens in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.02)
    return False


def lives(pid: int) -> bool:
    """Whether there is such a process, zombies aside."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text(encoding="ascii").rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
