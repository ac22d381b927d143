"""Change documents. Each call is one transaction; what it promises is on disk when it returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.errors import AssistantError, Conflict, InvalidInput, Text, TooLarge, UnsupportedMedia
from assistant.knowledge import blobs
from assistant.knowledge.models import Change, Chunk, ChunkChange, Document, IngestionJob, Revision
from assistant.knowledge.models.document import State
from assistant.knowledge.models.job import JobState
from assistant.knowledge.tasks.backend import announce_on_commit
from assistant.knowledge.texts import explain
from assistant.live.bell import bell
from retrieval.config import LoaderLimits
from retrieval.errors import UnknownFormat
from retrieval.loaders import for_file

CHANGES = "knowledge"
"""Topic that rings when chunks changed."""
MIB = 1024 * 1024
DESCRIPTION = (
    "title", "domain", "language", "access", "tags", "url", "licence", "owner", "valid_from", "valid_until",
)  # fmt: skip


def add_document(
    tenant: Tenant,
    filename: str,
    data: bytes,
    *,
    title: str = "",
    domain: str = "general",
    language: str | None = None,
    access: Iterable[str] = ("public",),
    tags: Iterable[str] = (),
    uploader: str = "",
    url: str = "",
    licence: str = "",
    origin: str = "",
    origin_facts: Mapping[str, object] | None = None,
    revision_origin: str = "",
    owner: str = "",
    valid_from: dt.datetime | None = None,
    valid_until: dt.datetime | None = None,
) -> Document:
    """Take a file: its bytes are safe and a job to read it is queued when this returns.

    `language` None lets the reader tell. Raises InvalidInput (`empty_file`), TooLarge, UnsupportedMedia
    (`unknown_format`), and Conflict (`duplicate_document`) when the tenant has these bytes already.
    """
    filename = _checked(filename, data)
    document = Document(
        tenant=tenant,
        title=title.strip(),
        filename=filename,
        domain=domain,
        language=language or "",
        access=sorted(set(access)),
        tags=sorted(set(tags)),
        url=url,
        licence=licence,
        origin=origin,
        origin_facts=dict(origin_facts or {}),
        owner=owner.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        checksum=blobs.checksum_of(data),
        uploader=uploader,
    )
    with no_duplicate(tenant, document.checksum):
        document.save(force_insert=True)
        _revise(document, filename, data, uploader, revision_origin or origin)
    return document


def add_text(tenant: Tenant, title: str, text: str, **meta: object) -> Document:
    """Take a text typed by an editor, read as markdown; `meta` as for `add_document`."""
    return add_document(tenant, text_filename(title), text.encode(), title=title, **meta)  # type: ignore[arg-type]


def import_document(tenant: Tenant, origin: str, filename: str, data: bytes, **meta: object) -> bool:
    """Bring in a file from a place that is imported again and again; says whether anything changed.

    `origin` names the file in that place. New bytes become a revision, the same bytes change nothing, and what an
    editor deleted stays deleted until the file changes.
    """
    known = Document.objects.filter(tenant=tenant, origin=origin).order_by("-created_at").first()
    checksum = blobs.checksum_of(data)
    if known is None or (known.deleted_at is not None and known.checksum != checksum):
        add_document(tenant, filename, data, origin=origin, **meta)  # type: ignore[arg-type]
        return True
    if known.checksum == checksum:
        return False
    replace(known, filename, data)
    return True


def replace(document: Document, filename: str, data: bytes, *, uploader: str = "", origin: str = "") -> Revision:
    """Add a revision; the present one answers until the new one was read. Raises as `add_document` does."""
    filename = _checked(filename, data)
    with no_duplicate(document.tenant, blobs.checksum_of(data)):
        locked = Document.objects.select_for_update().get(pk=document.pk, deleted_at=None)
        if locked.checksum == blobs.checksum_of(data):
            raise _duplicate(locked)
        revision = _revise(locked, filename, data, uploader, origin)
        locked.checksum, locked.filename = revision.sha256, filename
        locked.save(update_fields=["checksum", "filename", "updated_at"])
    document.refresh_from_db()
    return revision


@transaction.atomic
def reingest(document: Document) -> IngestionJob:
    """Read the newest revision again."""
    newest = document.revisions.order_by("-number")[0]
    return _enqueue(newest)


@transaction.atomic
def describe(document: Document) -> None:
    """Save an edited description (not the bytes) and make it live.

    The title is part of what is embedded and the language belongs to each chunk, so that a change of either reads the
    document again; who may see it, domain, tags and address change in place.
    """
    before = Document.objects.select_for_update().get(pk=document.pk)
    # Not the whole row: a worker may have published since it was loaded, and that must not be undone.
    document.save(update_fields=[*DESCRIPTION, "updated_at"])
    if (before.title, before.language) != (document.title, document.language):
        reingest(document)
    ChunkChange.objects.lock()
    chunks = document.chunks.values_list("pk", flat=True)
    ChunkChange.objects.bulk_create([ChunkChange(op=Change.UPSERT, chunk_id=pk) for pk in chunks])
    bell().ring_on_commit(CHANGES)


@transaction.atomic
def delete(document: Document) -> None:
    """Take a document out of every search within a second. Its revisions stay, so that old answers can be traced."""
    locked = Document.objects.select_for_update().get(pk=document.pk)
    retire(locked.chunks.all())
    locked.deleted_at = timezone.now()
    locked.save(update_fields=["deleted_at", "updated_at"])
    open_jobs = IngestionJob.objects.filter(revision__document=locked, state=JobState.QUEUED)
    open_jobs.update(state=JobState.DONE, error_code="superseded", finished_at=timezone.now())
    bell().ring_on_commit(CHANGES)


def take_down(document: Document) -> None:
    """Take the chunks of a locked document out of every search; its revisions wait until it is published again."""
    retire(document.chunks.all())
    document.revision, document.state = None, State.WITHDRAWN
    document.save(update_fields=["revision", "state", "updated_at"])
    bell().ring_on_commit(CHANGES)


def retire(chunks: QuerySet[Chunk]) -> None:
    """Delete chunks and append the changes that say so; inside a transaction."""
    ChunkChange.objects.lock()
    ids = list(chunks.values_list("pk", flat=True))
    if ids:
        ChunkChange.objects.bulk_create([ChunkChange(op=Change.DELETE, chunk_id=pk) for pk in ids])
        Chunk.objects.filter(pk__in=ids).delete()


def text_filename(title: str) -> str:
    """Name the file of a typed text after its title."""
    return f"{title.strip()[:80] or 'text'}.md"


def _checked(filename: str, data: bytes) -> str:
    name = PurePath(filename.replace("\\", "/")).name.replace("\x00", "")[-255:] or "document"
    limit = LoaderLimits().bytes
    if not data:
        raise _refusal(InvalidInput, "empty_file")
    if len(data) > limit:
        raise _refusal(TooLarge, "too_large", found=f"{len(data) / MIB:.0f} MiB", limit=f"{limit // MIB} MiB")
    try:
        for_file(name)
    except UnknownFormat as error:
        raise _refusal(UnsupportedMedia, "unknown_format") from error
    return name


def _refusal(kind: type[AssistantError], code: str, **detail: str) -> AssistantError:
    return kind(explain(code, detail), code=code)


def _revise(document: Document, filename: str, data: bytes, uploader: str, origin: str) -> Revision:
    newest = document.revisions.aggregate(number=Max("number"))["number"] or 0
    revision = Revision.objects.create(
        document=document,
        number=newest + 1,
        sha256=blobs.checksum_of(data),
        size=len(data),
        filename=filename,
        data=blobs.keep(data),
        uploader=uploader,
        origin=origin,
    )
    _enqueue(revision)
    return revision


def _enqueue(revision: Revision) -> IngestionJob:
    if revision.document.revision_id is None:
        waiting = Document.objects.filter(pk=revision.document_id).exclude(state=State.WITHDRAWN)
        waiting.update(state=State.PENDING)
    job = IngestionJob.objects.create(revision=revision)
    announce_on_commit(job.pk)
    return job


class no_duplicate:  # noqa: N801 - reads as a phrase in a with statement
    """A transaction in which the unique constraint on (tenant, checksum) becomes a Conflict that names the document."""

    def __init__(self, tenant: Tenant, checksum: str) -> None:
        self._tenant, self._checksum = tenant, checksum
        self._atomic = transaction.atomic()

    def __enter__(self) -> None:
        self._atomic.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._atomic.__exit__(kind, error, trace)  # type: ignore[arg-type]
        if isinstance(error, IntegrityError) and "same_bytes_once_per_tenant" in str(error):
            raise _duplicate(Document.objects.of(self._tenant).get(checksum=self._checksum)) from error


def _duplicate(document: Document) -> Conflict:
    return Conflict(
        Text(
            en=f"The same file is here already as “{document}” (id {document.pk}, {document.state}). "
            "Nothing was changed.",
            zh=f"相同的文件已存在：“{document}”（编号 {document.pk}，状态 {document.state}）。未做任何更改。",
        ),
        code="duplicate_document",
    )
