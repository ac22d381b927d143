"""`manage.py jobs`: what is being read, what failed and why; cancel a job, or read a document again."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, QuerySet

from assistant.knowledge import ingestion, services
from assistant.knowledge.models import IngestionJob
from assistant.knowledge.models.job import JobState


class Command(BaseCommand):
    help = "List jobs of ingestion, the newest first; --cancel or --retry some by number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="short name; all tenants if left out")
        parser.add_argument("--state", choices=JobState.values)
        parser.add_argument("--limit", type=int, default=20, help="how many are listed; default: %(default)s")
        parser.add_argument("--cancel", type=int, nargs="+", metavar="JOB", help="waiting ones and running ones")
        parser.add_argument("--retry", type=int, nargs="+", metavar="JOB", help="read the documents again")
        parser.add_argument("--json", action="store_true", help="print the list as one line of JSON, last")

    def handle(self, *args: Any, **options: Any) -> None:
        jobs = IngestionJob.objects.select_related("revision__document__tenant").defer("revision__data")
        if options["tenant"]:
            jobs = jobs.filter(revision__document__tenant__slug=options["tenant"])
        for pk in options["cancel"] or ():
            done = ingestion.cancel(_one(jobs, pk))
            self.stdout.write(f"{pk} {'cancelled' if done else 'had ended before'}")
        for pk in options["retry"] or ():
            document = _one(jobs, pk).revision.document
            if document.deleted_at is not None:
                raise CommandError(f"The document of job {pk} was deleted.")
            self.stdout.write(f"{pk} is read again as job {services.reingest(document).pk}")
        self._list(jobs, options)

    def _list(self, jobs: QuerySet[IngestionJob], options: dict[str, Any]) -> None:
        counts = dict(jobs.order_by().values_list("state").annotate(Count("pk")))
        listed = jobs.filter(state=options["state"]) if options["state"] else jobs
        rows = [_row(job) for job in listed[: options["limit"]]]
        for row in rows:
            self.stdout.write("{job:>8} {state:<9} {progress:>3} %  {document}  {error}".format_map(row).rstrip())
        self.stdout.write(", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "no jobs")
        if options["json"]:
            self.stdout.write(json.dumps({"counts": counts, "jobs": rows}, ensure_ascii=False))


def _one(jobs: QuerySet[IngestionJob], pk: int) -> IngestionJob:
    job = jobs.filter(pk=pk).first()
    if job is None:
        raise CommandError(f"There is no job {pk} here.")
    return job


def _row(job: IngestionJob) -> dict[str, Any]:
    return {
        "job": job.pk,
        "state": job.state,
        "progress": job.progress,
        "attempts": job.attempts,
        "document": str(job.revision.document),
        "revision": job.revision.number,
        "error": job.error("en"),
    }
