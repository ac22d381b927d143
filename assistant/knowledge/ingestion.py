"""Read one revision and publish its chunks: the work behind a job. No file that fails stops another."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence

from django.db import OperationalError, transaction
from django.db.models import Max
from django.utils import timezone

from assistant.knowledge import blobs, services, storing
from assistant.knowledge.models import Document, IngestionJob, Revision
from assistant.knowledge.models.document import State
from assistant.knowledge.models.job import MAX_ATTEMPTS, JobState
from assistant.knowledge.tasks.backend import announce_on_commit
from assistant.live.bell import bell
from retrieval.config import IngestConfig
from retrieval.errors import EncoderUnavailable, ParserUnavailable, UnreadableDocument
from retrieval.ingest import (
    ChunkMeta,
    File,
    Parse,
    ParseEach,
    Prepared,
    Progress,
    each_by,
    parse_here,
    prepare_many,
)
from retrieval.protocols import Encoder

logger = logging.getLogger(__name__)

PASSING = (OperationalError, EncoderUnavailable, ParserUnavailable, OSError)
"""Faults that may be gone at the next attempt."""


def read(
    job: IngestionJob,
    encoder: Encoder,
    config: IngestConfig | None = None,
    *,
    parse: Parse = parse_here,
    progress: Progress | None = None,
) -> Prepared:
    """Parse, chunk and encode the job's revision. Raises UnreadableDocument and what is in PASSING."""
    outcome = read_many([job], encoder, config, parse=each_by(parse), progress=progress)[0]
    if isinstance(outcome, UnreadableDocument):
        raise outcome
    return outcome


def read_many(
    jobs: Sequence[IngestionJob],
    encoder: Encoder,
    config: IngestConfig | None = None,
    *,
    parse: ParseEach,
    progress: Progress | None = None,
) -> list[Prepared | UnreadableDocument]:
    """Parse, chunk and encode the jobs' revisions together; what cannot be read gives its error in its place.

    Raises what is in PASSING.
    """
    data = blobs.read_many([job.revision for job in jobs])
    files = [File(each, job.revision.filename, _meta(job)) for job, each in zip(jobs, data, strict=True)]
    return prepare_many(files, encoder, config, parse=parse, progress=progress)


def _meta(job: IngestionJob) -> ChunkMeta:
    revision = job.revision
    document = revision.document
    return ChunkMeta(
        tenant=document.tenant.slug,
        document=str(document.pk),
        revision=revision.number,
        title=document.title,
        language=document.language or None,
        domain=document.domain,
        checksum=revision.sha256,
        url=document.url or None,
        tags=frozenset(document.tags),
        access=frozenset(document.access),
    )


def publish(job: IngestionJob, prepared: Prepared, encoder_name: str) -> bool:
    """Make the chunks live in one transaction; False when the job was taken over or the revision is no longer wanted.

    The old revision's chunks leave in the same transaction, so that a search sees one revision or the other.
    """
    return publish_many([(job, prepared)], encoder_name) == 1


@transaction.atomic
def publish_many(batch: Sequence[tuple[IngestionJob, Prepared]], encoder_name: str) -> int:
    """The same for jobs that were claimed together, in one transaction; returns how many documents went live."""
    jobs = [job for job, _ in batch]
    held = set(IngestionJob.objects.held(jobs).select_for_update().order_by("pk").values_list("pk", flat=True))
    mine = [(job, prepared) for job, prepared in batch if job.pk in held]
    ids = {job.revision.document_id for job, _ in mine}
    documents = {row.pk: row for row in Document.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    numbers = Revision.objects.filter(document__in=ids).order_by().values("document_id").annotate(newest=Max("number"))
    newest = {row["document_id"]: row["newest"] for row in numbers}
    live: dict[uuid.UUID, tuple[Document, IngestionJob, Prepared]] = {}
    done = []
    for job, prepared in mine:
        document = documents[job.revision.document_id]
        if document.deleted_at is not None or newest[document.pk] != job.revision.number:
            job.finish(JobState.DONE, "superseded")
        elif not document.is_wanted(timezone.now()):
            services.take_down(document)
            job.finish(JobState.DONE, "withdrawn")
        else:  # of a revision that is to be read twice, once
            live[document.pk] = (document, job, prepared)
            done.append(job)
    if live:
        storing.go_live(list(live.values()), encoder_name)
        IngestionJob.objects.finish(done)
        bell().ring_on_commit(services.CHANGES)
    return len(live)


def settle(job: IngestionJob, error: BaseException) -> None:
    """Write down why a job failed: for good when the file is to blame, for now when something was away."""
    if isinstance(error, UnreadableDocument):
        fail(job, error.code, error.detail)
    elif isinstance(error, PASSING):
        again(job, "unavailable", {"reason": type(error).__name__})
        logger.warning("job.later job=%s attempt=%d error=%s", job.pk, job.attempts, error)
    else:
        again(job, "internal", {"reason": type(error).__name__})
        logger.error("job.fault job=%s attempt=%d", job.pk, job.attempts, exc_info=error)


def again(job: IngestionJob, code: str, detail: dict[str, str | int]) -> None:
    """Put a job back for a later attempt, or give it up after the last one."""
    if job.attempts >= MAX_ATTEMPTS:
        fail(job, code, detail)
    else:
        wait = job.put_back(code, detail)
        announce_on_commit(job.pk, wait.total_seconds())


@transaction.atomic
def cancel(job: IngestionJob) -> bool:
    """Stop a job that waits or runs; False when it had ended. What it would have made live does not become live.

    A worker that is at it notices within a second or two, when it renews its lease.
    """
    found = IngestionJob.objects.select_for_update().get(pk=job.pk)
    if found.state not in (JobState.QUEUED, JobState.RUNNING):
        return False
    found.state, found.error_code, found.error_detail = JobState.CANCELLED, "cancelled", {}
    found.finished_at, found.lease_until = timezone.now(), None
    found.save(update_fields=["state", "error_code", "error_detail", "finished_at", "lease_until"])
    _tell(found, "cancelled", {})
    return True


@transaction.atomic
def fail(job: IngestionJob, code: str, detail: dict[str, str | int]) -> None:
    """Give a job up and tell the editor on the document; a revision that was live before stays live."""
    if not job.lock_mine():
        return
    job.finish(JobState.FAILED, code, detail)
    _tell(job, code, detail)


def _tell(job: IngestionJob, code: str, detail: dict[str, str | int]) -> None:
    document = Document.objects.select_for_update().get(pk=job.revision.document_id)
    document.error_code, document.error_detail = code, detail
    if document.state != State.WITHDRAWN:
        document.state = State.FAILED if document.revision_id is None else State.LIVE
    document.save(update_fields=["error_code", "error_detail", "state", "updated_at"])
    logger.info("job.failed job=%s document=%s code=%s", job.pk, document.pk, code)
