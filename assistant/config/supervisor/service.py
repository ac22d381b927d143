"""A child that should run until we stop: gated on its health, restarted with back-off when it dies or hangs."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from assistant.config.supervisor import process
from assistant.config.supervisor.errors import StartFailed
from assistant.config.supervisor.process import Spec


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    poll: float = 0.1
    """Between looks while it starts."""
    watch: float = 0.5
    """Between looks while it runs."""
    check: float = 5.0
    hung_after: int = 12
    """Failed checks in a row after which a child that runs but does not answer is replaced."""
    first_delay: float = 0.5
    longest_delay: float = 30.0
    settled: float = 60.0
    """A child that lived this long starts its back-off anew."""
    starts: int = 3
    """Starts in a row that may fail before the first healthy one."""


def _nothing() -> None:
    """No one wants to know."""


class Service:
    """Keeps one child running. All methods belong to the event loop of the main thread (see `process.launch`)."""

    def __init__(
        self,
        spec: Spec,
        report: Callable[[str], None],
        patience: Patience = Patience(),
        on_restart: Callable[[], None] = _nothing,
    ) -> None:
        self.spec = spec
        self.restarts = 0
        self._report = report
        self._patience = patience
        self._on_restart = on_restart
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    @property
    def pid(self) -> int | None:
        """Process id of the child; None before its first start."""
        return self._process.pid if self._process else None

    async def up(self) -> None:
        """Start the child and return when it is healthy. Raises StartFailed with the log's last lines."""
        delay = self._patience.first_delay
        for attempt in range(1, self._patience.starts + 1):
            self._launch()
            if await self._becomes_healthy():
                return
            if attempt < self._patience.starts:
                await asyncio.sleep(delay)
                delay *= 2
        raise StartFailed(
            f"{self.spec.name} did not start; the end of {self.spec.log}:\n{process.last_lines(self.spec.log)}\n"
            f"{self.spec.name} 未能启动,日志见上。"
        )

    async def keep(self) -> None:
        """Watch the child and replace it when it is gone or hangs; returns only by cancellation."""
        delay = self._patience.first_delay
        while True:
            how = await self._ends()
            if time.monotonic() - self._started > self._patience.settled:
                delay = self._patience.first_delay
            self.restarts += 1
            self._report(
                f"{self.spec.name} {how}; starting it again in {delay:.1f} s / 将在 {delay:.1f} 秒后重启\n"
                f"[dim]{process.last_lines(self.spec.log, 3)}[/]"
            )
            await asyncio.sleep(delay)
            delay = min(delay * 2, self._patience.longest_delay)
            self._launch()
            if await self._becomes_healthy():
                self._report(f"{self.spec.name} answers again / {self.spec.name} 已恢复")
                self._on_restart()

    def ask_to_stop(self) -> None:
        """Send the stop signal, without waiting."""
        if self._process:
            process.ask_to_stop(self._process, self.spec)

    def finish(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then kill."""
        if self._process:
            process.finish(self._process, min(deadline, time.monotonic() + self.spec.stop_seconds))

    def _launch(self) -> None:
        if self._process:  # what a dead child left behind in its group
            process.finish(self._process, time.monotonic())
        self._process = process.launch(self.spec)
        self._started = time.monotonic()

    async def _becomes_healthy(self) -> bool:
        deadline = time.monotonic() + self.spec.start_seconds
        while self._runs() and time.monotonic() < deadline:
            if await asyncio.to_thread(self.spec.healthy):
                return True
            await asyncio.sleep(self._patience.poll)
        return False

    async def _ends(self) -> str:
        """Wait until the child is gone or hangs; say which."""
        misses = 0
        checked = time.monotonic()
        while self._runs():
            await asyncio.sleep(self._patience.watch)
            if time.monotonic() - checked < self._patience.check:
                continue
            misses = 0 if await asyncio.to_thread(self.spec.healthy) else misses + 1
            checked = time.monotonic()
            if misses >= self._patience.hung_after:
                return "does not answer"
        code = self._process.returncode if self._process else None
        return f"ended by itself (code {code})"

    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None
