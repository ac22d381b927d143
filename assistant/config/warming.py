"""Which web workers are still loading. They share one port, so the assistant is ready when each of them is.

A worker leaves a mark (a locked file named after its process) before it takes its first request, and removes it once
it can answer. The lock ends with its process, so the mark of a worker that was killed counts for nothing, even after
its number was given to another process.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

_POLL_S = 0.1


class Mark:
    """This worker's mark; it stands from its making until `remove`, `until` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / str(os.getpid())
        self._file = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    async def until(self, ready: Callable[[], bool]) -> None:
        """Keep the mark until `ready`."""
        while not ready():  # noqa: ASYNC110 - it becomes ready in a thread that knows no event loop
            await asyncio.sleep(_POLL_S)
        self.remove()

    def remove(self) -> None:
        """Take the mark away; harmless when it is gone."""
        self._path.unlink(missing_ok=True)
        self._file.close()


def anyone(folder: Path) -> bool:
    """Whether some living worker is still loading."""
    return any(_is_held(mark) for mark in folder.glob("*"))


def _is_held(mark: Path) -> bool:
    try:
        with mark.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:  # removed since the folder was read
        return False
    except BlockingIOError:
        return True
    return False
