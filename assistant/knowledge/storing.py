"""Write the chunks of documents that go live: all of a batch by COPY, each table once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from django.db import connection, models
from django.utils import timezone

from assistant.knowledge import services
from assistant.knowledge.models import Change, Chunk, ChunkChange, Document, IngestionJob
from assistant.knowledge.models.document import State
from retrieval.ingest import Prepared
from retrieval.language import detect
from retrieval.sentences import pack
from retrieval.types import Chunk as Passage

GoingLive = tuple[Document, IngestionJob, Prepared]
_TOLD_BY = 20  # chunks of a document that its language is told by
_CHUNK = (
    "id", "document_id", "revision_id", "ordinal", "text", "language", "headings", "page", "line", "last_page",
    "last_line", "encoder", "vector",
)  # fmt: skip


def go_live(batch: Sequence[GoingLive], encoder_name: str) -> None:
    """Put the chunks of these documents, each once and locked, in place of what they had; inside a transaction."""
    services.retire(Chunk.objects.filter(document__in=[document for document, _, _ in batch]))
    made = ((job, *pair) for _, job, prepared in batch for pair in prepared)
    _copy(Chunk, _CHUNK, (_row(job, passage, pack(vector), encoder_name) for job, passage, vector in made))
    now = timezone.now()
    changed = ((Change.UPSERT.value, passage.id, now) for _, _, prepared in batch for passage, _ in prepared)
    _copy(ChunkChange, ("op", "chunk_id", "created_at"), changed)
    for document, job, prepared in batch:
        document.revision = job.revision
        document.title = document.title or prepared[0][0].title[:300].replace("\x00", "")
        document.language = document.language or detect(" ".join(chunk.text for chunk, _ in prepared[:_TOLD_BY]))
    _update([document for document, _, _ in batch])


def _update(documents: Sequence[Document]) -> None:
    """Write what going live changes of documents, in one statement."""
    table = connection.ops.quote_name(Document._meta.db_table)  # noqa: SLF001 - Django's public name
    columns = [(row.pk, row.revision_id, row.title, row.language) for row in documents]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS d SET revision_id = n.revision, title = n.title, language = n.language, "  # noqa: S608
            "state = %s, error_code = '', error_detail = '{}', updated_at = %s FROM "
            "unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[]) AS n(id, revision, title, language) "
            "WHERE d.id = n.id",
            [State.LIVE.value, timezone.now(), *(list(column) for column in zip(*columns, strict=True))],
        )


def _row(job: IngestionJob, passage: Passage, vector: bytes, encoder_name: str) -> tuple[object, ...]:
    return (
        passage.id, job.revision.document_id, job.revision_id, passage.ordinal, passage.text.replace("\x00", ""),
        passage.language, json.dumps(passage.headings).replace("\\u0000", ""), passage.page, passage.line,
        passage.last_page, passage.last_line, encoder_name, vector,
    )  # fmt: skip


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    table = quote(model._meta.db_table)  # noqa: SLF001 - Django's public name
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
