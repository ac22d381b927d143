"""The frames of one answer as they are produced, in this process."""

from __future__ import annotations

import asyncio


class AnswerLog:
    """Numbered frames, number 1 first, and whoever waits for the next one."""

    def __init__(self, tenant: str, answer: str) -> None:
        self.tenant = tenant
        self.answer = answer
        self.frames: list[bytes] = []
        self.done = False
        self.listeners = 0
        self.producer: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def next(self) -> int:
        """Number of the next frame."""
        return len(self.frames) + 1

    def append(self, frame: bytes, *, last: bool) -> None:
        """Add a frame; after the last one there is none."""
        if self.done:
            return
        self.frames.append(frame)
        self.done = last
        self._wake()

    def end(self) -> None:
        """Mark the end, also when the producer broke off."""
        self.done = True
        self._wake()

    async def changed(self, seen: int, patience: float) -> bool:
        """Wait for more than `seen` frames, or the end; False when nothing came within `patience` seconds."""
        if len(self.frames) > seen or self.done:
            return True
        try:
            await asyncio.wait_for(self._changed.wait(), patience)
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
