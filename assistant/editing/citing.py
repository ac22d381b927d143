"""Writes down what an answer cites, with the passages as they read at that moment."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from assistant.chat.models import Turn
from assistant.editing.models import Citation, Passage
from assistant.knowledge.models import Chunk

FAQ = "faq:"


def on_turns(turns: Sequence[Turn], **_: object) -> None:
    """Follow the ledger: note what these turns cite, in its transaction. Noting them twice changes nothing.

    Curated answers, a thousand a second of them, are their own source and stand in the turn: nothing is written.
    """
    cited = [(turn, source) for turn in turns for source in sources_of(turn) if not is_curated(source)]
    if not cited:
        return
    tenants = dict(Turn.objects.filter(pk__in={turn.pk for turn, _ in cited}).values_list("pk", "conversation__tenant"))
    passages = _keep({source["chunk"] for _, source in cited}, set(tenants.values()))
    rows = [
        _citation(turn, source, tenants[uuid.UUID(str(turn.pk))], passages)
        for turn, source in cited
        if uuid.UUID(str(turn.pk)) in tenants
    ]
    Citation.objects.bulk_create(rows, ignore_conflicts=True)


def sources_of(turn: Turn) -> list[dict[str, Any]]:
    """Return the recorded sources of a turn, as plain values."""
    found: list[dict[str, Any]] = (turn.answer or {}).get("sources") or []
    return found


def is_curated(source: dict[str, Any]) -> bool:
    """Say whether a source is a curated answer."""
    return str(source["chunk"]).startswith(FAQ)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _keep(chunk_ids: Iterable[str], tenants: set[int]) -> dict[tuple[str, int], int]:
    """Keep the chunks that are there, each text once; map (chunk, tenant) to the id of its passage."""
    chunks = list(_chunks(chunk_ids, tenants))
    Passage.objects.bulk_create([_passage(chunk) for chunk in chunks], ignore_conflicts=True)
    texts = {(chunk.pk, digest_of(chunk.text)): chunk.document.tenant_id for chunk in chunks}
    kept = Passage.objects.filter(chunk__in={chunk.pk for chunk in chunks}).values_list("pk", "chunk", "digest")
    return {(chunk, texts[chunk, digest]): pk for pk, chunk, digest in kept if (chunk, digest) in texts}


def _chunks(chunk_ids: Iterable[str], tenants: set[int]) -> QuerySet[Chunk]:
    found = Chunk.objects.filter(pk__in=set(chunk_ids), document__tenant__in=tenants)
    return found.select_related("document").defer("vector")


def _passage(chunk: Chunk) -> Passage:
    return Passage(
        chunk=chunk.pk,
        digest=digest_of(chunk.text),
        revision_id=chunk.revision_id,
        text=chunk.text,
        headings=chunk.headings,
        page=chunk.page,
        line=chunk.line,
        last_page=chunk.last_page,
        last_line=chunk.last_line,
    )


def _citation(turn: Turn, source: dict[str, Any], tenant: int, passages: dict[tuple[str, int], int]) -> Citation:
    chunk = source["chunk"]
    return Citation(
        tenant_id=tenant,
        turn_id=turn.pk,
        n=source["n"],
        used=f"[{source['n']}]" in turn.text,
        chunk=chunk[:120],
        document=_uuid(source["document"]),
        revision=source["revision"],
        title=source["title"][:500],
        page=source.get("page"),
        last_page=source.get("last_page"),
        passage_id=passages.get((chunk, tenant)),
    )


def curated(turn: Turn, source: dict[str, Any], tenant: int) -> Citation:
    """Return the citation of a curated answer, which is never stored."""
    return Citation(
        tenant_id=tenant,
        turn=turn,
        n=source["n"],
        used=True,
        chunk=source["chunk"],
        revision=source["revision"],
        faq_key=str(source["chunk"]).removeprefix(FAQ),
        title=source["title"],
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
