"""What COPY writes is what a reader finds: odd texts, places and nothing included."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from assistant.accounts.models import Tenant
from assistant.knowledge import blobs, ingestion, services, storing
from assistant.knowledge.blobs import BlobDamaged
from assistant.knowledge.models import Chunk, ChunkChange, IngestionJob, Revision
from retrieval.sentences import unpack
from retrieval.types import Chunk as Passage
from tests.unit.retrieval.conftest import HashingEncoder

ENCODER = HashingEncoder()
ODD = [
    "tab\there, line\nfeed, carriage\rreturn, back\\slash, \\N, \\.",
    "引号“”，表情 🙂，零宽\u200b，组合 é",
    "a nul\x00 in the middle",
    "{} '; DROP TABLE knowledge_chunk; --",
]


def claimed(tenant: Tenant, text: str = "open from nine to five") -> IngestionJob:
    services.add_document(tenant, "hours.md", text.encode())
    job = IngestionJob.objects.claim("w")
    assert job is not None
    return job


def passages(job: IngestionJob) -> list[Passage]:
    document = job.revision.document
    return [
        Passage(
            f"chunk-{number}", str(document.pk), 1, "0" * 64, "acme", text, "A title\x00", "en", ordinal=number,
            headings=("标题", text), page=number or None, line=7, last_page=None, last_line=9,
        )
        for number, text in enumerate(ODD)
    ]  # fmt: skip


def test_odd_texts_come_back_as_they_were_but_for_what_no_database_takes(tenant: Tenant) -> None:
    job = claimed(tenant)
    vectors = ENCODER.encode_passages(ODD)
    assert ingestion.publish(job, list(zip(passages(job), vectors, strict=True)), ENCODER.name)
    rows = list(Chunk.objects.order_by("ordinal"))
    assert [row.text for row in rows] == [text.replace("\x00", "") for text in ODD]
    assert [row.headings for row in rows] == [["标题", text.replace("\x00", "")] for text in ODD]
    assert [(row.page, row.line, row.last_page, row.last_line) for row in rows] == [
        (number or None, 7, None, 9) for number in range(4)
    ]
    for row, vector in zip(rows, vectors, strict=True):
        np.testing.assert_allclose(unpack(bytes(row.vector))[0], vector, atol=1e-3)
    document = job.revision.document
    document.refresh_from_db()
    assert (document.title, document.language, document.state) == ("A title", "en", "live")
    assert list(ChunkChange.objects.values_list("op", "chunk_id")) == [("upsert", f"chunk-{n}") for n in range(4)]


def test_a_transaction_that_fails_leaves_neither_chunks_nor_changes(tenant: Tenant) -> None:
    job = claimed(tenant)
    twice = [(passages(job)[0], ENCODER.encode_passages(["a"])[0])] * 2
    with pytest.raises(IntegrityError):
        ingestion.publish(job, twice, ENCODER.name)
    assert not Chunk.objects.exists()
    assert not ChunkChange.objects.exists()
    job.refresh_from_db()
    assert job.state == "running"


def test_chunks_of_the_revision_before_leave_with_the_ones_that_come(tenant: Tenant) -> None:
    job = claimed(tenant)
    prepared = list(zip(passages(job), ENCODER.encode_passages(ODD), strict=True))
    assert ingestion.publish(job, prepared[:2], ENCODER.name)
    document = job.revision.document
    with transaction.atomic():
        storing.go_live([(document, job, prepared[2:])], ENCODER.name)
    assert sorted(Chunk.objects.values_list("id", flat=True)) == ["chunk-2", "chunk-3"]
    assert list(ChunkChange.objects.order_by("sequence").values_list("op", flat=True)) == [
        "upsert", "upsert", "delete", "delete", "upsert", "upsert",
    ]  # fmt: skip


def test_bytes_of_several_revisions_come_from_rows_and_files(tenant: Tenant) -> None:
    texts = [b"small", b"large " * 60_000, b"small too"]
    for number, data in enumerate(texts):
        services.add_document(tenant, f"{number}.md", data)
    revisions = list(Revision.objects.order_by("pk").defer("data"))
    assert blobs.read_many(revisions) == texts
    assert blobs.read_many([]) == []
    blobs.path_of(revisions[1].sha256).unlink()
    with pytest.raises(BlobDamaged, match="missing"):
        blobs.read_many(revisions)
