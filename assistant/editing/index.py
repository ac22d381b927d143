"""The index as work to ask for: the worker's own chores, with a sentence for the list of runs."""

from __future__ import annotations

from collections.abc import Callable

from assistant.editing.models import Run
from assistant.editing.runs import Outcome
from assistant.knowledge import maintenance

Report = Callable[[float], None]


def reindex(run: Run, report: Report) -> Outcome:  # noqa: ARG001 - the form of all work
    """Write a new generation beside the present one, verify it, switch. Raises IndexNotWritten, EncoderUnavailable."""
    built = maintenance.reindex(report)
    return Outcome(f"generation {built.number}: {built.chunks} chunks, up to change {built.sequence}")


def merge(run: Run, report: Report) -> Outcome:  # noqa: ARG001 - the form of all work
    """Do the same when there is a change beyond the present generation."""
    merged = maintenance.merge(report)
    if merged.built is None:
        return Outcome(f"generation {merged.number} holds every change already")
    built = merged.built
    note = f"generation {built.number}: {built.chunks} chunks, up to change {built.sequence}"
    return Outcome(f"{note}; {merged.changes} changes merged")


def verify(run: Run, report: Report) -> Outcome:  # noqa: ARG001 - the form of all work
    """Check checksums, counts and sample queries of the present generation. Raises IndexDamaged."""
    number, sequence = maintenance.verify()
    return Outcome(f"generation {number} is whole, up to change {sequence}")
