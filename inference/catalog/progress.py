"""Telling a person, or a log, how far a pull has come. Nothing here goes to standard output."""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from inference.catalog.types import Progress

_LINE_EVERY_SECONDS = 5.0
_MIB = 2**20


class Reporter(Protocol):
    """Where progress goes."""

    def stage(self, title: str, total: int) -> AbstractContextManager[Progress]:
        """A piece of work of `total` bytes; the callback takes bytes done since its last call."""

    def note(self, text: str) -> None:
        """One sentence that matters on its own."""


class Silent:
    """Reports to nobody."""

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Progress]:  # noqa: ARG002 - the protocol's names
        """See `Reporter.stage`."""
        yield lambda _: None

    def note(self, text: str) -> None:
        """See `Reporter.note`."""


class Lines:
    """For logs: a line when a stage begins, every few seconds, and when it ends."""

    def __init__(self, stream: TextIO, every_seconds: float = _LINE_EVERY_SECONDS) -> None:
        self._stream = stream
        self._every = every_seconds

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Progress]:
        """See `Reporter.stage`."""
        begun = said = time.monotonic()
        done = 0

        def advance(count: int) -> None:
            nonlocal done, said
            done += count
            now = time.monotonic()
            if now - said >= self._every:
                said = now
                rate = done / _MIB / (now - begun)
                self.note(f"{title}: {done / _MIB:.0f} of {total / _MIB:.0f} MiB, {rate:.0f} MiB/s")

        self.note(f"{title} ({total / _MIB:.0f} MiB)")
        yield advance
        self.note(f"{title}: done in {time.monotonic() - begun:.0f} s")

    def note(self, text: str) -> None:
        """See `Reporter.note`."""
        self._stream.write(text + "\n")
        self._stream.flush()


class Bars:
    """For terminals: a bar a stage, with bytes, rate and time left."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        self._console = Console(file=stream)

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Progress]:
        """See `Reporter.stage`."""
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
        from rich.progress import Progress as RichProgress

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with RichProgress(*columns, console=self._console) as bars:
            task = bars.add_task(title, total=total)
            yield lambda count: bars.advance(task, count)

    def note(self, text: str) -> None:
        """See `Reporter.note`."""
        self._console.print(text, highlight=False)


def reporter_for(stream: TextIO | None = None) -> Reporter:
    """Bars on a terminal, lines anywhere else. The default stream is standard error."""
    chosen = stream or sys.stderr
    return Bars(chosen) if chosen.isatty() else Lines(chosen)
