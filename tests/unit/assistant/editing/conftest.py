"""Two tenants with documents that were read, and answers that were given."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.chat import ledger
from assistant.chat.answers import Answer, IntentShown, RefusalShown, Source, Timings
from assistant.chat.models import Turn
from assistant.chat.record import TurnRecord
from assistant.knowledge import encoder as shared
from assistant.knowledge import ingestion, services
from assistant.knowledge.models import Chunk, Document, IngestionJob
from retrieval.encoders.batching import BatchingEncoder
from retrieval.protocols import Encoder
from tests.chatkit import WordEncoder

ENCODER = WordEncoder()
Work = Callable[[], int]
Tell = Callable[..., Turn]


@pytest.fixture
def tenant(db: None, redis_url: str) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def other(db: None) -> Tenant:
    return Tenant.objects.create(slug="other", name="Other")


@pytest.fixture
def reader() -> Encoder:
    """What embeds; tests that hang on meaning put the default encoder in its place."""
    return ENCODER


@pytest.fixture
def work(db: None, reader: Encoder) -> Work:
    """Reads all documents that wait, in this thread: the tests' transaction is its own."""

    def worked() -> int:
        done = 0
        while (job := IngestionJob.objects.claim("test")) is not None:
            ingestion.publish(job, ingestion.read(job, reader), reader.name)
            done += 1
        return done

    return worked


@pytest.fixture
def editor(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("ann", password="secret-of-ann"))
    return client


@pytest.fixture
def add(tenant: Tenant, work: Work) -> Callable[..., Document]:
    """Adds a document and has it read."""

    def added(text: str, *, owner: Tenant = tenant, **more: Any) -> Document:
        document = services.add_document(
            owner, "a.md", text.encode(), **{"title": "Handbook", "uploader": "ann", **more}
        )
        work()
        document.refresh_from_db()
        return document

    return added


def source_of(n: int, chunk: Chunk) -> Source:
    document = chunk.document
    return Source(n, chunk.pk, str(document.pk), document.title, chunk.revision.number, 0.5, chunk.page)


@pytest.fixture
def tell(tenant: Tenant) -> Tell:
    """Writes a turn down as the pipeline does, with the chunks it cites."""

    def told(text: str, *chunks: Chunk, owner: Tenant = tenant, question: str = "How?", **more: Any) -> Turn:
        sources = more.pop("sources", None) or tuple(source_of(n, chunk) for n, chunk in enumerate(chunks, 1))
        turn, conversation = str(uuid.uuid4()), str(uuid.uuid4())
        code, layer = more.pop("code", ""), more.pop("layer", "retrieval")
        refused = RefusalShown(code, text) if code else None
        answer = Answer(
            turn, conversation, text, layer, IntentShown("i", 1.0), "general", "en", sources, not code, refused,
            None, Timings(), None,
        )  # fmt: skip
        at = more.pop("at", timezone.now()).timestamp()
        record = TurnRecord(
            turn, conversation, owner.slug, 1, "api", question, question, more.pop("language", "en"), at,
            "refused" if code else "finished", text, code, answer,
        )  # fmt: skip
        ledger.write([record])
        return Turn.objects.get(pk=turn)

    return told


@pytest.fixture
def words(reader: Encoder, monkeypatch: pytest.MonkeyPatch) -> BatchingEncoder:
    """The same encoder as the one that the rooms of this process share."""
    made = BatchingEncoder(reader)
    monkeypatch.setattr(shared, "_shared", made)
    return made
