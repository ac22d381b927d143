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
from itertools import groupby

from django.db import InterfaceError, OperationalError, connection

from assistant.knowledge import ingestion
from assistant.knowledge.models import IngestionJob
from assistant.knowledge.models.job import MAX_ATTEMPTS
from assistant.knowledge.parsers import ParserOfEach
from assistant.knowledge.tasks.database import JOBS
from assistant.live.bell import bell
from retrieval.errors import UnreadableDocument
from retrieval.ingest import Parse, ParseEach, Prepared, each_by
from retrieval.protocols import Encoder

logger = logging.getLogger(__name__)

POLL_S = 1.0
RENEW_S = 1.0
MOST_AT_ONCE = 32
DATABASE_AWAY = (OperationalError, InterfaceError)

Chore = Callable[[], object]
Outcome = Prepared | UnreadableDocument


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
    """Claims jobs until told to stop: one, and twice as many each time while there are more, of small plain files.

    They run in a thread of their own while this thread renews their leases, so that a worker that hangs or dies loses
    them to another one within half a minute; publishing checks the leases, so that nothing happens twice. Jobs that
    fail together are given back and taken one by one. Files are parsed in a limited child of their tenant's own, unless
    another `parser` is given.
    """

    def __init__(
        self, encoder: Callable[[], Encoder], chores: Sequence[tuple[Chore, float]] = (), parser: Parse | None = None
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._encoder = encoder
        self._chores = chores
        self._parser_of: Callable[[str], ParseEach] = ParserOfEach().of if parser is None else _everybodys(parser)
        self._most = 1
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
        while not self._stop.is_set() and (count := self.some()):
            taken += count
        return taken

    def some(self) -> int:
        """Take what is due, a few jobs at most; returns how many. Raises what the database raises while claiming."""
        jobs = IngestionJob.objects.claim_some(self.name, self._most)
        self._most = min(MOST_AT_ONCE, 2 * self._most) if jobs else 1
        self._take(jobs)
        return len(jobs)

    def one(self, pk: int | None = None) -> bool:
        """Take one job if there is one, or the one with this number. Raises what the database raises while claiming."""
        job = IngestionJob.objects.claim(self.name, pk)
        self._take([] if job is None else [job])
        return job is not None

    def _take(self, jobs: list[IngestionJob]) -> None:
        if not jobs:
            return
        if jobs[0].attempts > MAX_ATTEMPTS:
            ingestion.fail(jobs[0], "crashed", {"attempts": MAX_ATTEMPTS})
            return
        step = Step()
        done = self._hands.submit(self._work, jobs, step)
        error = self._wait(jobs, done, step)
        if error is None or isinstance(error, Abandoned):
            return
        if len(jobs) == 1:
            ingestion.settle(jobs[0], error)
        else:
            logger.warning("jobs.alone count=%d error=%s", len(jobs), error)
            self._most = 1
            IngestionJob.objects.release(jobs)

    def _attempt(self) -> bool:
        try:
            return self.some() > 0
        except DATABASE_AWAY as error:
            logger.warning("worker.database_away error=%s", error)
            return False
        finally:
            connection.close()

    def _work(self, jobs: list[IngestionJob], step: Step) -> None:
        try:
            encoder = self._encoder()
            outcomes = self._read(jobs, encoder, step)
            read = [(job, outcome) for job, outcome in outcomes if not isinstance(outcome, UnreadableDocument)]
            live = ingestion.publish_many(read, encoder.name) if read else 0
            for job, outcome in outcomes:
                if isinstance(outcome, UnreadableDocument):
                    ingestion.settle(job, outcome)
            logger.info(
                "jobs.done jobs=%s live=%d chunks=%d", [job.pk for job in jobs], live, sum(len(o) for _, o in read)
            )
        finally:
            connection.close()

    def _read(self, jobs: list[IngestionJob], encoder: Encoder, step: Step) -> list[tuple[IngestionJob, Outcome]]:
        """Read the jobs of one tenant after those of another, each by the tenant's own parser."""
        outcomes: list[tuple[IngestionJob, Outcome]] = []
        for tenant, some in groupby(sorted(jobs, key=_tenant), key=_tenant):
            own = list(some)
            found = ingestion.read_many(own, encoder, parse=self._parser_of(tenant), progress=step)
            outcomes += zip(own, found, strict=True)
        return outcomes

    def _wait(self, jobs: list[IngestionJob], done: Future[None], step: Step) -> BaseException | None:
        """Renew the leases until the work is done; returns the exception it ended with.

        Where a job was cancelled or taken over, this work is left alone: its thread ends by itself at the next batch,
        or with its parser's time limit, and publishes nothing; another thread takes the next jobs, the rest of these
        among them.
        """
        while True:
            try:
                return done.exception(timeout=RENEW_S)
            except NotYet:
                if not IngestionJob.objects.renew(jobs, progress=step.percent) and not _ends(done):
                    step.abandoned = True
                    self._hands.shutdown(wait=False)
                    self._hands = ThreadPoolExecutor(1, thread_name_prefix="ingest")
                    IngestionJob.objects.release(jobs)
                    logger.info("jobs.abandoned jobs=%s", [job.pk for job in jobs])
                    return Abandoned()

    def _repeat(self, chore: Chore, every: float) -> None:
        """Run a chore every so many seconds. A chore that fails is logged and tried again at its next turn."""
        name = getattr(chore, "__name__", str(chore))
        with ThreadPoolExecutor(1, thread_name_prefix=name) as hands:
            while not self._stop.wait(every):
                error = hands.submit(_with_connection_closed, chore).exception()
                if error is not None:
                    logger.error("worker.chore_failed chore=%s", name, exc_info=error)


def _tenant(job: IngestionJob) -> str:
    return job.revision.document.tenant.slug


def _everybodys(parser: Parse) -> Callable[[str], ParseEach]:
    each = each_by(parser)
    return lambda _tenant: each


def _ends(done: Future[None]) -> bool:
    """Whether it is at its end: what was published in this moment is no longer a worker's either."""
    try:
        done.exception(timeout=0.1)
    except NotYet:
        return False
    return True


def _with_connection_closed(chore: Chore) -> None:
    try:
        chore()
    finally:
        connection.close()
