"""What a Celery worker does with a message: one job, if it is due. Run by `manage.py celery_worker`."""

from __future__ import annotations

from functools import cache

from django.db import connection, connections

from assistant.knowledge.encoder import shared_encoder
from assistant.knowledge.tasks import celery
from assistant.knowledge.worker import Worker


def run(concurrency: int) -> None:
    """Serve until told to stop."""
    app = celery.application()
    app.task(name=celery.TASK)(ingest)
    celery.on_fork(_begin, _end)
    connections.close_all()
    words = ("--pool=prefork", f"--concurrency={concurrency}", "--without-gossip", "--without-mingle")
    app.worker_main(["worker", *words, "--loglevel=WARNING"])


def ingest(job: int) -> None:
    """Do one job, if it is due and nobody has it."""
    try:
        _worker().one(job)
    finally:
        connection.close()


@cache
def _worker() -> Worker:
    """Hold this process's encoder and parser between messages."""
    return Worker(shared_encoder)


def _begin(**_: object) -> None:
    """A forked process must not share its parent's connections."""
    for each in connections.all(initialized_only=True):
        each.connection = None
    _worker.cache_clear()


def _end(**_: object) -> None:
    if _worker.cache_info().currsize:
        _worker().stop()
