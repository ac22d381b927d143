"""The outbox of ingestion: what a worker still has to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import PurePath

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistant.knowledge.models.document import Revision
from assistant.knowledge.texts import explain

LEASE = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 5
BACK_OFF_S = 2.0
TOGETHER = 48 * 1024
"""Bytes of files that are read and published together: some 15,000 tokens, a few seconds of a core."""
PLAIN = frozenset({".md", ".markdown", ".txt", ".html", ".htm", ".csv", ".tsv"})
"""Kinds of files of which few bytes are little work."""


class JobState(models.TextChoices):
    """Where a job is."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class IngestionJobManager(models.Manager["IngestionJob"]):
    """Hands jobs to workers."""

    def due(self, now: dt.datetime | None = None) -> models.QuerySet[IngestionJob]:
        """Jobs that wait and may begin, and those whose worker stopped renewing its lease; the oldest first."""
        now = now or timezone.now()
        due = Q(state=JobState.QUEUED, run_after__lte=now) | Q(state=JobState.RUNNING, lease_until__lt=now)
        return self.filter(due).order_by("run_after", "id")

    def at_hand(self) -> bool:
        """Say whether a document is being read or could be at once: what can wait, waits."""
        running = Q(state=JobState.RUNNING)
        return self.filter(running | Q(state=JobState.QUEUED, run_after__lte=timezone.now())).exists()

    def claim(self, worker: str, pk: int | None = None) -> IngestionJob | None:
        """Take the oldest job that is due, or the one with this number if it is. None when there is none."""
        return next(iter(self._claim(worker, self.due() if pk is None else self.due().filter(pk=pk), 1)), None)

    def claim_some(self, worker: str, most: int) -> list[IngestionJob]:
        """Take the oldest job that is due and, up to `most`, those behind it that are read in a moment, as it is.

        A job that was tried before comes alone: what brought its worker down must not bring down others.
        """
        return self._claim(worker, self.due(), most)

    @transaction.atomic
    def _claim(self, worker: str, due: models.QuerySet[IngestionJob], most: int) -> list[IngestionJob]:
        """SKIP LOCKED lets any number of workers claim at once; each gets other jobs."""
        with_file = due.select_related("revision__document__tenant").defer("revision__data")
        jobs = _together(list(with_file.select_for_update(skip_locked=True, of=("self",))[:most]))
        lease = timezone.now() + LEASE
        for job in jobs:
            job.state, job.worker, job.lease_until = JobState.RUNNING, worker, lease
            job.attempts += 1
        claimed = self.filter(pk__in=[job.pk for job in jobs])
        if jobs:
            claimed.update(state=JobState.RUNNING, worker=worker, attempts=F("attempts") + 1, lease_until=lease)
        return jobs

    def held(self, jobs: Sequence[IngestionJob]) -> models.QuerySet[IngestionJob]:
        """Those of jobs that were claimed together which their worker still has."""
        if not jobs:
            return self.none()
        token = (jobs[0].worker, jobs[0].attempts)
        mine = [job.pk for job in jobs if (job.worker, job.attempts) == token]
        return self.filter(pk__in=mine, worker=token[0], attempts=token[1], state=JobState.RUNNING)

    def renew(self, jobs: Sequence[IngestionJob], *, progress: int) -> bool:
        """Renew the leases of jobs that were claimed together; False when one of them is no longer their worker's."""
        lease = timezone.now() + LEASE
        return self.held(jobs).update(lease_until=lease, progress=progress) == len(jobs)

    def release(self, jobs: Sequence[IngestionJob]) -> int:
        """Give jobs that were claimed together back at once: from now on each is taken alone."""
        return self.held(jobs).update(state=JobState.QUEUED, lease_until=None, progress=0)

    def finish(self, jobs: Sequence[IngestionJob]) -> int:
        """Close jobs that were claimed together and are done."""
        done = {"state": JobState.DONE, "error_code": "", "error_detail": {}, "progress": 100}
        return self.held(jobs).update(finished_at=timezone.now(), lease_until=None, **done)


def _together(jobs: list[IngestionJob]) -> list[IngestionJob]:
    """The first job, and those behind it that are worth one transaction with it: fresh, plain, and not much in all."""
    taken, size = jobs[:1], 0
    if not taken or not _is_quick(taken[0]):
        return taken
    size = taken[0].revision.size
    for job in jobs[1:]:
        size += job.revision.size
        if size > TOGETHER or not _is_quick(job):
            break
        taken.append(job)
    return taken


def _is_quick(job: IngestionJob) -> bool:
    return job.attempts == 0 and PurePath(job.revision.filename).suffix.lower() in PLAIN


class IngestionJob(models.Model):
    """Reading one revision: parse, chunk, encode, publish.

    `worker` and `attempts` together are the fencing token: a worker that lost its lease finds them changed and
    publishes nothing, so a job that is delivered twice takes effect once.
    """

    revision = models.ForeignKey(Revision, verbose_name=_("revision"), on_delete=models.CASCADE, related_name="jobs")
    state = models.CharField(_("state"), max_length=16, choices=JobState.choices, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    run_after = models.DateTimeField(_("due"), default=timezone.now)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    progress = models.PositiveSmallIntegerField(_("progress in per cent"), default=0)
    error_code = models.CharField(_("error"), max_length=64, blank=True)
    error_detail = models.JSONField(_("error detail"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = IngestionJobManager()

    class Meta:
        verbose_name = _("ingestion job")
        verbose_name_plural = _("ingestion jobs")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["run_after"], condition=Q(state="queued"), name="queued_jobs"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="running_jobs"),
        ]

    def __str__(self) -> str:
        return f"{self.revision} {self.state}"

    def error(self, language: str) -> str:
        """Say in the reader's language what went wrong; empty when nothing did."""
        return explain(self.error_code, self.error_detail).of(language) if self.error_code else ""

    def renew(self, *, progress: int) -> bool:
        """Renew the lease; False when another worker has taken the job over."""
        return type(self).objects.renew([self], progress=progress)

    def lock_mine(self) -> bool:
        """Lock the row for this transaction; False when another worker has taken the job over."""
        return self._mine().select_for_update().exists()

    def put_back(self, code: str, detail: dict[str, str | int]) -> dt.timedelta:
        """Try again later, waiting twice as long after each attempt; returns how long."""
        wait = dt.timedelta(seconds=BACK_OFF_S * 2 ** (self.attempts - 1))
        self._mine().update(
            state=JobState.QUEUED,
            run_after=timezone.now() + wait,
            lease_until=None,
            error_code=code,
            error_detail=detail,
        )
        return wait

    def finish(self, state: JobState, code: str = "", detail: dict[str, str | int] | None = None) -> None:
        """Close the job."""
        self._mine().update(
            state=state,
            error_code=code,
            error_detail=detail or {},
            finished_at=timezone.now(),
            lease_until=None,
            progress=100 if state == JobState.DONE else F("progress"),
        )

    def _mine(self) -> models.QuerySet[IngestionJob]:
        return type(self).objects.held([self])
