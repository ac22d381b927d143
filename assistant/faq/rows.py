"""Entries as rows become entries as values."""

from __future__ import annotations

import numpy as np

from assistant.faq.models import FaqEntry, FaqVariant
from assistant.faq.table import Entry, Way
from retrieval.types import Vectors


def published(tenant: str, encoder: str) -> list[Entry]:
    """Read the published entries of a tenant; vectors of another encoder than `encoder` are left out."""
    entries = FaqEntry.objects.of(tenant).published().prefetch_related("ways").order_by("id")
    return [_entry(row, encoder) for row in entries]


def _entry(row: FaqEntry, encoder: str) -> Entry:
    return Entry(
        id=row.pk,
        key=row.key,
        language=row.language,
        domain=row.domain,
        intent=row.intent,
        question=row.question,
        answer=row.answer,
        access=frozenset(row.access),
        ways=tuple(Way(way.text, way.folded, _vector(way, encoder)) for way in row.ways.all()),
    )


def _vector(way: FaqVariant, encoder: str) -> Vectors | None:
    if way.vector is None or way.encoder != encoder:
        return None
    return np.frombuffer(bytes(way.vector), dtype="<f4")
