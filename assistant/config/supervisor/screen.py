"""What a person sees while it starts: one line a stage with its seconds, and the last line its child wrote."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from assistant.config.supervisor.process import last_lines


class Screen:
    """Progress on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._logs: dict[TaskID, Path] = {}
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}"),
            console=console,
            transient=True,
        )

    @contextmanager
    def live(self) -> Iterator[None]:
        """Show running stages until the block ends."""
        with self._progress:
            yield

    @contextmanager
    def stage(self, title: str, log: Path | None = None) -> Iterator[None]:
        """Time a stage; with `log`, follow what its child says."""
        started = time.monotonic()
        task = self._progress.add_task(title, total=None, detail="")
        if log is not None:
            self._logs[task] = log
        done = False
        try:
            yield
            done = True
        finally:
            self._logs.pop(task, None)
            self._progress.remove_task(task)
            mark = "[green]✓[/]" if done else "[red]✗[/]"
            self.say(f"{mark} {title}  [dim]{time.monotonic() - started:.1f} s[/]")

    def follow(self) -> None:
        """Bring the last lines of running stages up to date; called now and then."""
        for task, log in self._logs.items():
            line = last_lines(log, 1).rpartition("\r")[2].strip()
            self._progress.update(task, detail=line[:80])

    def refresh(self) -> None:
        """Draw now."""
        self._progress.refresh()

    def say(self, line: str) -> None:
        """Print a line above the running stages."""
        self.console.print(line, highlight=False, soft_wrap=True)
