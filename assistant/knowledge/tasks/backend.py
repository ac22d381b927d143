"""The protocol, and this process's backend by the name in the settings."""

from __future__ import annotations

from functools import cache
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

BACKENDS = {
    "database": "assistant.knowledge.tasks.database.DatabaseTasks",
    "celery": "assistant.knowledge.tasks.celery.CeleryTasks",
}


class TaskBackend(Protocol):
    """Tells workers that there is a job."""

    serves: bool
    """Whether `manage.py worker` itself does jobs; if not, it keeps the chores and relays."""

    def announce(self, job: int, delay_s: float = 0.0) -> None:
        """Say that a job is due, now or after a while. Never raises: what is not heard is relayed."""

    def relay(self) -> int:
        """Announce again what is due and was not heard; returns how many. A chore of `manage.py worker`."""


def tasks() -> TaskBackend:
    """Return this process's backend."""
    return _made(settings.HOUSE.tasks)


def relay() -> int:
    """Announce again what is due and was not heard."""
    return tasks().relay()


def announce_on_commit(job: int, delay_s: float = 0.0) -> None:
    """Announce a job once the current transaction is committed."""
    transaction.on_commit(lambda: tasks().announce(job, delay_s))


@cache
def _made(name: str) -> TaskBackend:
    backend: TaskBackend = import_string(BACKENDS[name])()
    return backend
