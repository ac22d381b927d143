"""The worker process: reads queued revisions, and runs the small chores that other rooms leave to it."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

from django.db import InterfaceError, OperationalError, connection

from assistant.knowledge import ingestion
from assistant.knowledge.models import IngestionJob
from assistant.knowledge.models.job import MAX_ATTEMPTS
from assistant.knowledge.tasks.database import JOBS
from assistant.live.bell import bell
from retrieval.ingest import Parse
from retrieval.loaders.isolated import IsolatedParser
from retrieval.protocols import Encoder

logger = logging.getLogger(__name__)

POLL_S = 1.0
RENEW_S = 1.0
DATABASE_AWAY = (OperationalError, InterfaceError)

Chore = Callable[[], object]


class Abandoned(Exception):
    """The job was cancelled, or is another worker's by now."""


class Step:
    """How far a job is, told by the thread that does it and read by the one that renews its lease."""

    def __init__(self) -> None:
        self.percent = 0
        self.abandoned = False

    def __call__(self, done: int, total: int) -> None:
        """Note the progress: reading the file is the first tenth. Raises Abandoned."""
        if self.abandoned:
            raise Abandoned
        self.percent = 10 + 85 * done // total


class Worker:
    """Claims jobs one by one until told to stop.

    A job runs in a thread of its own while this thread renews its lease, so that a worker that hangs or dies loses the
    job to another one within half a minute; publishing checks the lease, so that nothing happens twice. Files are
    parsed in a limited child unless another `parser` is given.
    """

    def __init__(
        self, encoder: Callable[[], Encoder], chores: Sequence[tuple[Chore, float]] = (), parser: Parse | None = None
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._encoder = encoder
        self._chores = chores
        self._parser = parser or IsolatedParser()
        self._stop = threading.Event()
        self._serves = True
        self._hands = ThreadPoolExecutor(1, thread_name_prefix="ingest")

    def run(self) -> None:
        """Work until `stop`."""
        threads = [threading.Thread(target=self._repeat, args=chore, daemon=True) for chore in self._chores]
        for thread in threads:
            thread.start()
        with bell().waiting(JOBS) as rung:
            while not self._stop.is_set():
                rung.clear()
                if not (self._serves and self._attempt()):
                    rung.wait(POLL_S)
        self._hands.shutdown(wait=True)
        for thread in threads:
            thread.join(timeout=10)

    def stop(self) -> None:
        """Finish the job at hand and return from `run`."""
        self._stop.set()
        bell().wake(JOBS)

    def only_chores(self) -> None:
        """Leave jobs to others."""
        self._serves = False

    def drain(self) -> int:
        """Work until nothing is due; returns how many jobs were taken."""
        taken = 0
        while not self._stop.is_set() and self.one():
            taken += 1
        return taken

    def one(self, pk: int | None = None) -> bool:
        """Take one job if there is one, or the one with this number. Raises what the database raises while claiming."""
        job = IngestionJob.objects.claim(self.name, pk)
        if job is None:
            return False
        if job.attempts > MAX_ATTEMPTS:
            ingestion.fail(job, "crashed", {"attempts": MAX_ATTEMPTS})
            return True
        step = Step()
        done = self._hands.submit(self._work, job, step)
        error = self._wait(job, done, step)
        if error is not None and not isinstance(error, Abandoned):
            ingestion.settle(job, error)
        return True

    def _attempt(self) -> bool:
        try:
            return self.one()
        except DATABASE_AWAY as error:
            logger.warning("worker.database_away error=%s", error)
            return False
        finally:
            connection.close()

    def _work(self, job: IngestionJob, step: Step) -> None:
        try:
            encoder = self._encoder()
            prepared = ingestion.read(job, encoder, parse=self._parser, progress=step)
            if ingestion.publish(job, prepared, encoder.name):
                logger.info("job.done job=%s chunks=%d", job.pk, len(prepared))
        finally:
            connection.close()

    def _wait(self, job: IngestionJob, done: Future[None], step: Step) -> BaseException | None:
        """Renew the lease until the work is done; returns the exception it ended with.

        A job that was cancelled or taken over is left alone: its thread ends by itself at the next batch, or with its
        parser's time limit, and publishes nothing; another thread takes the next job.
        """
        while True:
            try:
                return done.exception(timeout=RENEW_S)
            except NotYet:
                if not job.renew(progress=step.percent):
                    step.abandoned = True
                    self._hands.shutdown(wait=False)
                    self._hands = ThreadPoolExecutor(1, thread_name_prefix="ingest")
                    logger.info("job.abandoned job=%s", job.pk)
                    return Abandoned()

    def _repeat(self, chore: Chore, every: float) -> None:
        """Run a chore every so many seconds. A chore that fails is logged and tried again at its next turn."""
        name = getattr(chore, "__name__", str(chore))
        with ThreadPoolExecutor(1, thread_name_prefix=name) as hands:
            while not self._stop.wait(every):
                error = hands.submit(_with_connection_closed, chore).exception()
                if error is not None:
                    logger.error("worker.chore_failed chore=%s", name, exc_info=error)


def _with_connection_closed(chore: Chore) -> None:
    try:
        chore()
    finally:
        connection.close()
