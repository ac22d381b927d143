"""Read one revision and publish its chunks: the work behind a job. No file that fails stops another."""

from __future__ import annotations

import logging

from django.db import OperationalError, transaction
from django.utils import timezone

from assistant.knowledge import blobs, services
from assistant.knowledge.models import Change, Chunk, ChunkChange, Document, IngestionJob
from assistant.knowledge.models.document import State
from assistant.knowledge.models.job import MAX_ATTEMPTS, JobState
from assistant.knowledge.tasks.backend import announce_on_commit
from assistant.live.bell import bell
from retrieval import ingest
from retrieval.config import IngestConfig
from retrieval.errors import EncoderUnavailable, UnreadableDocument
from retrieval.language import detect
from retrieval.protocols import Encoder
from retrieval.sentences import pack
from retrieval.types import Chunk as Passage
from retrieval.types import Vectors

logger = logging.getLogger(__name__)

Prepared = list[tuple[Passage, Vectors]]
PASSING = (OperationalError, EncoderUnavailable, OSError)
"""Faults that may be gone at the next attempt."""


def read(
    job: IngestionJob,
    encoder: Encoder,
    config: IngestConfig | None = None,
    *,
    parse: ingest.Parse = ingest.parse_here,
    progress: ingest.Progress | None = None,
) -> Prepared:
    """Parse, chunk and encode the job's revision. Raises UnreadableDocument and what is in PASSING."""
    revision = job.revision
    document = revision.document
    meta = ingest.ChunkMeta(
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
    return ingest.prepare(
        blobs.read(revision), revision.filename, meta, encoder, config, parse=parse, progress=progress
    )


@transaction.atomic
def publish(job: IngestionJob, prepared: Prepared, encoder_name: str) -> bool:
    """Make the chunks live in one transaction; False when the job was taken over or the revision is no longer wanted.

    The old revision's chunks leave in the same transaction, so that a search sees one revision or the other.
    """
    if not job.lock_mine():
        return False
    document = Document.objects.select_for_update().get(pk=job.revision.document_id)
    newest = document.revisions.order_by("-number").values_list("number", flat=True)[0]
    if document.deleted_at is not None or newest != job.revision.number:
        job.finish(JobState.DONE, "superseded")
        return False
    if not document.is_wanted(timezone.now()):
        services.take_down(document)
        job.finish(JobState.DONE, "withdrawn")
        return False
    services.retire(document.chunks.all())
    Chunk.objects.bulk_create([_row(passage, vector, job, encoder_name) for passage, vector in prepared])
    ChunkChange.objects.bulk_create([ChunkChange(op=Change.UPSERT, chunk_id=chunk.id) for chunk, _ in prepared])
    document.revision = job.revision
    document.state, document.error_code, document.error_detail = State.LIVE, "", {}
    document.title = document.title or prepared[0][0].title[:300]
    document.language = document.language or detect(" ".join(chunk.text for chunk, _ in prepared[:20]))
    document.save()
    job.finish(JobState.DONE)
    bell().ring_on_commit(services.CHANGES)
    return True


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


def _row(passage: Passage, vector: Vectors, job: IngestionJob, encoder_name: str) -> Chunk:
    return Chunk(
        id=passage.id,
        document_id=job.revision.document_id,
        revision=job.revision,
        ordinal=passage.ordinal,
        text=passage.text.replace("\x00", ""),
        language=passage.language,
        headings=list(passage.headings),
        page=passage.page,
        line=passage.line,
        last_page=passage.last_page,
        last_line=passage.last_line,
        encoder=encoder_name,
        vector=pack(vector),
    )
