"""An installation of the released schema, with data in it, comes up to date: nothing is lost, lineage holds."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from assistant.accounts.models import Tenant
from assistant.audit.models import Entry
from assistant.chat.models import Turn
from assistant.editing.models import Citation, Passage
from assistant.editing.tracing import trace
from assistant.knowledge.models import Chunk, Document, Revision

RELEASED = (("editing", "zero"), ("audit", "zero"))
"""What the released schema lacks; the other rooms' tables are as they were released."""


def migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0, interactive=False)


@pytest.fixture
def released(transactional_db: None) -> Iterator[None]:
    for app, name in RELEASED:
        migrate(app, name)
    yield
    migrate()


def old_turn(tenant: Tenant, text: str, answer: object) -> uuid.UUID:
    """A turn as the released version wrote it: through SQL, so that no code of today takes part."""
    turn, conversation = uuid.uuid4(), uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_conversation (id, tenant_id, channel, language, title, created_at, updated_at) "
            "VALUES (%s, %s, 'api', 'en', '?', now(), now())",
            [conversation, tenant.pk],
        )
        cursor.execute(
            "INSERT INTO chat_turn (id, conversation_id, question, standalone, text, answer, status, code, layer, "
            "intent, domain, language, asked_at) "
            "VALUES (%s, %s, '?', '?', %s, %s, 'finished', '', 'retrieval', '', '', 'en', now())",
            [turn, conversation, text, None if answer is None else json.dumps(answer)],
        )
    return turn


def chunk_of(tenant: Tenant, title: str) -> Chunk:
    document = Document.objects.create(tenant=tenant, title=title, filename="a.md", checksum=title)
    revision = Revision.objects.create(document=document, number=1, sha256=title, size=1, filename="a.md", data=b"x")
    Document.objects.filter(pk=document.pk).update(revision=revision, state="live")
    return Chunk.objects.create(
        id=f"chunk-{title}", document=document, revision=revision, ordinal=0, text=f"text of {title}", language="en",
        encoder="e", vector=b"", page=3, headings=["H"],
    )  # fmt: skip


def source(n: int, chunk: Chunk | None, **more: object) -> dict[str, object]:
    document = str(chunk.document_id) if chunk else "faq:hours"
    name = chunk.pk if chunk else "faq:hours"
    return {"n": n, "chunk": name, "document": document, "title": "T", "revision": 1, "score": 0.5, **more}


def test_earlier_answers_keep_their_lineage(released: None) -> None:
    acme, other = (Tenant.objects.create(slug=slug, name=slug) for slug in ("acme", "other"))
    mine, theirs = chunk_of(acme, "mine"), chunk_of(other, "theirs")
    cited = old_turn(acme, "So [1].", {"sources": [source(1, mine, page=3), source(2, None)]})
    gone = old_turn(acme, "So [1].", {"sources": [source(1, None) | {"chunk": "gone", "document": "H"}]})
    crossing = old_turn(acme, "So [1].", {"sources": [source(1, theirs)]})
    for odd in (None, {}, {"sources": None}, {"sources": []}, {"sources": "?"}):
        old_turn(acme, "nothing", odd)
    migrate()
    assert Citation.objects.count() == 3
    first, curated = trace(Turn.objects.get(pk=cited)).sources
    assert (first.text, first.page, first.headings, first.standing) == ("text of mine", 3, ["H"], "live")
    assert (curated.standing, curated.citation.faq_key, curated.citation.used) == ("curated", "hours", True)
    assert trace(Turn.objects.get(pk=gone)).sources[0].standing == "unknown"
    assert trace(Turn.objects.get(pk=crossing)).sources[0].text is None
    assert not Passage.objects.filter(citations__tenant=acme, text__contains="theirs").exists()


def test_rows_from_before_are_watched_from_now_on(released: None) -> None:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    chunk = chunk_of(tenant, "mine")
    migrate()
    assert not Entry.objects.exists()
    Document.objects.filter(pk=chunk.document_id).update(title="renamed")
    assert Entry.objects.get().before == {"title": "mine"}


def test_going_back_to_the_released_schema_leaves_it_working(released: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname IN ('audit', 'append_only')")
        assert cursor.fetchone()[0] == 0
    Tenant.objects.filter(pk=Tenant.objects.create(slug="acme", name="Acme").pk).update(name="A")
