"""Does what was asked for: claims runs one by one, shows their progress, writes their outcome.

A fault of the program is the chore's to log; the run is claimed again when its lease is over, three times at most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from assistant.audit.actor import acting
from assistant.editing.models import Run
from assistant.editing.models.run import MAX_ATTEMPTS
from assistant.errors import AssistantError, Text
from assistant.knowledge.models.job import JobState
from assistant.knowledge.texts import explain
from retrieval.errors import RetrievalError, UnreadableDocument

STOPPED = Text(
    f"The worker stopped {MAX_ATTEMPTS} times over it; see its log.",
    f"后台进程为此中断了 {MAX_ATTEMPTS} 次，详见其日志。",
)
NO_TENANT = Text("no tenant was named", "未指定租户")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: a sentence for the list, and plain JSON values for the page of its kind."""

    note: Text
    result: dict[str, Any] = field(default_factory=dict)


Work = Callable[[Run, Callable[[float], None]], Outcome]
"""Does a run; the second argument takes the share that is done, 0 to 1, and keeps the run this worker's."""


def work_off() -> int:
    """Do everything that waits; returns how many runs (a chore of the worker)."""
    done = 0
    while (run := Run.objects.claim()) is not None:
        _do(run)
        done += 1
    return done


def _do(run: Run) -> None:
    if run.attempts > MAX_ATTEMPTS:
        run.finish(JobState.FAILED, STOPPED)
        return
    work: Work = import_string(settings.RUNS[run.kind])
    try:
        with acting("worker", run.asked_by):
            outcome = work(run, run.report)
    except AssistantError as error:
        run.finish(JobState.FAILED, error.text)
    except RetrievalError as error:
        run.finish(JobState.FAILED, _told(error))
    else:
        run.finish(JobState.DONE, outcome.note, outcome.result)


def _told(error: RetrievalError) -> Text:
    if isinstance(error, UnreadableDocument):
        return explain(error.code, error.detail)
    return Text(str(error), f"检索组件报告：{error}")
