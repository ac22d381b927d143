"""The default: `manage.py worker` looks for due jobs itself, at once when the bell rings and every second anyway."""

from __future__ import annotations

from assistant.live.bell import bell

JOBS = "jobs"
"""Topic that rings when there is something to read."""


class DatabaseTasks:
    """Rings the bell. Jobs that are due later are found by the workers' own look."""

    serves = True

    def announce(self, job: int, delay_s: float = 0.0) -> None:  # noqa: ARG002 - workers claim whatever is due
        """Wake the workers."""
        if delay_s == 0.0:
            bell().ring(JOBS)

    def relay(self) -> int:
        """Nothing to do: workers look by themselves."""
        return 0
