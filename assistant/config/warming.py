"""Which web workers are still loading. They share one port, so the assistant is ready when each of them is.

A worker leaves a mark (a file named after its process) before it takes its first request, and removes it once it can
answer. A mark whose process is gone counts for nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

_POLL_S = 0.1


async def mark_until(ready: Callable[[], bool], folder: Path) -> None:
    """Keep this worker's mark until `ready`; also removed on cancellation."""
    mark = folder / str(os.getpid())
    try:
        while not ready():  # noqa: ASYNC110 - it becomes ready in a thread that knows no event loop
            await asyncio.sleep(_POLL_S)
    finally:
        mark.unlink(missing_ok=True)


def leave_mark(folder: Path) -> None:
    """Say that this worker is loading."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(os.getpid())).touch()


def anyone(folder: Path) -> bool:
    """Whether some living worker is still loading."""
    return any(Path("/proc", mark.name).exists() for mark in folder.glob("*"))
