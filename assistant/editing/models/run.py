"""Longer work that an editor or operator asks for: the worker does it, its progress can be seen."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Tenant
from assistant.errors import Text
from assistant.knowledge.models.job import JobState

LEASE = dt.timedelta(minutes=2)
MAX_ATTEMPTS = 3


class Kind(models.TextChoices):
    """What can be asked for."""

    REINDEX = "reindex", _("build the index anew")
    MERGE = "merge", _("merge recent changes into the index")
    VERIFY = "verify", _("verify the index")
    GAPS = "gaps", _("look for coverage gaps")
    TWINS = "twins", _("look for duplicates and contradictions")
    UNRECOGNISED = "unrecognised", _("look for questions that no intent fits")
    PREVIEW = "preview", _("preview a draft")


class RunManager(models.Manager["Run"]):
    """Takes orders and hands them to workers."""

    def ask(self, kind: str, *, tenant: Tenant | None = None, by: str = "", subject: str = "") -> Run:
        """Queue a run; one that waits already for the same is returned instead of a second."""
        with transaction.atomic():
            waiting = self.select_for_update().filter(kind=kind, tenant=tenant, subject=subject, state=JobState.QUEUED)
            return waiting.first() or self.create(kind=kind, tenant=tenant, asked_by=by, subject=subject)

    @transaction.atomic
    def claim(self) -> Run | None:
        """Take the oldest run that waits, or one whose worker went away. None when there is none."""
        now = timezone.now()
        due = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
        run = self.select_for_update(skip_locked=True, of=("self",)).filter(due).order_by("id").first()
        if run is None:
            return None
        run.state, run.started_at, run.lease_until = JobState.RUNNING, now, now + LEASE
        run.attempts += 1
        run.save(update_fields=["state", "started_at", "lease_until", "attempts"])
        return run

    def newest(self, kind: str, tenant: Tenant, subject: str = "") -> Run | None:
        """Return the last finished run of a kind for a tenant."""
        return self.filter(kind=kind, tenant=tenant, subject=subject, state=JobState.DONE).order_by("-id").first()


class Run(models.Model):
    """One piece of work. `attempts` is the fencing token: a worker that lost its lease writes nothing more.

    `subject` is the id of what it is about, where it is about one thing; `result` is read by the page of its kind.
    """

    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    tenant = models.ForeignKey(
        Tenant, verbose_name=_("tenant"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    subject = models.CharField(_("about"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=JobState.choices, default=JobState.QUEUED)
    progress = models.PositiveSmallIntegerField(_("progress in per cent"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    asked_by = models.CharField(_("asked for by"), max_length=200, blank=True)
    note = models.CharField(_("outcome"), max_length=500, blank=True)
    note_zh = models.CharField(_("outcome, in Chinese"), max_length=500, blank=True, db_default="")
    result = models.JSONField(_("result"), default=dict)
    asked_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = RunManager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="runs_that_wait")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"

    def report(self, share: float) -> None:
        """Write progress (0 to 1) and renew the lease."""
        self._mine().update(progress=round(100 * min(share, 1.0)), lease_until=timezone.now() + LEASE)

    def finish(self, state: JobState, note: Text, result: dict[str, Any] | None = None) -> None:
        """Close it."""
        done: dict[str, Any] = {"progress": 100} if state == JobState.DONE else {}
        done |= {"note": note.en[:500], "note_zh": note.zh[:500], "result": result or {}}
        self._mine().update(state=state, finished_at=timezone.now(), lease_until=None, **done)

    @property
    def told(self) -> str:
        """What it came to, in the reader's language; runs of earlier releases speak English alone."""
        return Text(self.note, self.note_zh or self.note).of(get_language() or "en")

    def _mine(self) -> models.QuerySet[Run]:
        return type(self).objects.filter(pk=self.pk, attempts=self.attempts, state=JobState.RUNNING)


class Gaps(Run):
    """The page of coverage gaps."""

    class Meta:
        proxy = True
        verbose_name = _("coverage gap")
        verbose_name_plural = _("coverage gaps")


class Twins(Run):
    """The page of duplicates and contradictions."""

    class Meta:
        proxy = True
        verbose_name = _("duplicate or contradiction")
        verbose_name_plural = _("duplicates and contradictions")


class Unrecognised(Run):
    """The page of questions that no intent fits."""

    class Meta:
        proxy = True
        verbose_name = _("unrecognised question")
        verbose_name_plural = _("unrecognised questions")
