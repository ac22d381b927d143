"""The index as work to ask for: what the worker does by itself, with a sentence for the list of runs."""

from __future__ import annotations

from collections.abc import Callable

from assistant.editing.models import Run
from assistant.editing.runs import Outcome
from assistant.errors import Text
from assistant.knowledge import maintenance

Report = Callable[[float], None]


def reindex(run: Run, report: Report) -> Outcome:  # noqa: ARG001 - the form of all work
    """Write a new generation beside the present one, verify it, switch. Raises IndexNotWritten, EncoderUnavailable."""
    return Outcome(_said(maintenance.reindex(report)))


def merge(run: Run, report: Report) -> Outcome:  # noqa: ARG001 - the form of all work
    """Do the same when there is a change beyond the present generation."""
    merged = maintenance.merge(report)
    if merged.built is None:
        whole = Text(f"generation {merged.number} holds every change already", f"第 {merged.number} 代已包含全部变更")
        return Outcome(whole)
    made = _said(merged.built)
    return Outcome(Text(f"{made.en}; {merged.changes} changes merged", f"{made.zh}；已合并 {merged.changes} 处变更"))


def verify(run: Run, report: Report) -> Outcome:  # noqa: ARG001 - the form of all work
    """Check checksums, counts and sample queries of the present generation. Raises IndexDamaged."""
    number, sequence = maintenance.verify()
    return Outcome(
        Text(f"generation {number} is whole, up to change {sequence}", f"第 {number} 代完好，截至变更 {sequence}")
    )


def _said(built: maintenance.Built) -> Text:
    return Text(
        f"generation {built.number}: {built.chunks} chunks, up to change {built.sequence}",
        f"第 {built.number} 代：{built.chunks} 个片段，截至变更 {built.sequence}",
    )
