"""Celery, by setting (`TASKS=celery`): workers on any number of machines, woken through a broker.

A message carries the number of a job and nothing else. Its worker claims the job in the database, so that a message
that comes twice finds nothing to claim; one that got lost is sent again by `relay`, which fills the queue from the
outbox whenever it is empty. Messages are acknowledged after the work (`acks_late`), so that a worker that dies gives
its message back; that another one may begin is decided by the lease, not by the broker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown
from django.conf import settings
from kombu.exceptions import OperationalError

from assistant.knowledge.models import IngestionJob

logger = logging.getLogger(__name__)

QUEUE = "ingestion"
TASK = "assistant.ingest"
MOST_AT_ONCE = 1000
_AWAY = (OperationalError, OSError)


@cache
def application() -> Celery:
    """Make this process's Celery application."""
    app = Celery("assistant", broker=broker_address(settings.HOUSE.celery_broker_url), set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_timeout": 5.0, "socket_connect_timeout": 1.0, "max_retries": 1},
        task_publish_retry=False,
        accept_content=["json"],
    )
    return app


def broker_address(url: str) -> str:
    """Write a Redis socket's address as Celery spells it: unix://:password@/path?db=0 -> redis+socket://...

    Celery takes the number of the database as `virtual_host`.
    """
    if not url.startswith("unix://"):
        return url
    parts = urlsplit(url)
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={database}"


def on_fork(begin: Callable[..., None], end: Callable[..., None]) -> None:
    """Call `begin` and `end` in each process that a worker forks."""
    worker_process_init.connect(begin, weak=False)
    worker_process_shutdown.connect(end, weak=False)


class CeleryTasks:
    """Sends a message for each job."""

    serves = False

    def announce(self, job: int, delay_s: float = 0.0) -> None:
        """Send it; a broker that is away is told in the log, and the relay sends it later."""
        try:
            application().send_task(TASK, args=[job], countdown=delay_s or None)
        except _AWAY as error:
            logger.warning("tasks.broker_away job=%s error=%s", job, error)

    def relay(self) -> int:
        """Send what is due when the queue is empty: what is still in it will be heard."""
        if self._waiting() > 0:
            return 0
        due = list(IngestionJob.objects.due().values_list("pk", flat=True)[:MOST_AT_ONCE])
        for job in due:
            self.announce(job)
        return len(due)

    def _waiting(self) -> int:
        """Messages in the queue; as if there were one when the broker is away."""
        try:
            with application().connection_for_write(connect_timeout=1.0) as broker:
                declared = broker.default_channel.queue_declare(QUEUE, durable=True, auto_delete=False)
                return int(declared.message_count)
        except _AWAY as error:
            logger.warning("tasks.broker_away error=%s", error)
            return 1
