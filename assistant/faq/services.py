"""Change curated answers: rows, their derived ways to ask, and the version that makes every process look."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from assistant.accounts.models import Tenant, Version
from assistant.errors import InvalidInput, Text
from assistant.faq import stats
from assistant.faq.models import FaqEntry, FaqVariant
from assistant.knowledge.encoder import shared_encoder
from assistant.live.bell import bell
from retrieval.errors import EncoderUnavailable
from retrieval.normalise import fold
from retrieval.protocols import Encoder

logger = logging.getLogger(__name__)

TOPIC = "faq"

EMPTY = Text(
    en="A curated answer needs a question and an answer.",
    zh="FAQ 条目必须包含问题和答案。",
)


@transaction.atomic
def save(entry: FaqEntry, *, encoder: Encoder | None = None, embed: bool = True) -> FaqEntry:
    """Write an entry, derive its ways to ask, and announce it: live in every process within a second.

    Without an encoder at hand, or with `embed` off, it is found by its exact wording; the worker embeds it later.
    Raises InvalidInput when question or answer hold nothing.
    """
    if not fold(entry.question) or not entry.answer.strip():
        raise InvalidInput(EMPTY)
    entry.version = Version.bump(entry.tenant, TOPIC)
    entry.save()
    _derive(entry, (encoder or _encoder()) if embed else None)
    bell().ring_on_commit(TOPIC)
    return entry


@transaction.atomic
def delete(entry: FaqEntry) -> None:
    """Remove an entry; no process answers with it a second later."""
    Version.bump(entry.tenant, TOPIC)
    entry.delete()
    bell().ring_on_commit(TOPIC)


def upsert(tenant: Tenant, key: str, language: str, *, embed: bool = True, **fields: object) -> bool:
    """Create or update the entry with this key and language; say whether anything changed."""
    entry = FaqEntry.objects.filter(tenant=tenant, key=key, language=language).first()
    if entry is None:
        save(FaqEntry(tenant=tenant, key=key, language=language, **fields), embed=embed)
        return True
    if all(getattr(entry, name) == value for name, value in fields.items()):
        return False
    for name, value in fields.items():
        setattr(entry, name, value)
    save(entry, embed=embed)
    return True


def wordings(entry: FaqEntry) -> dict[str, str]:
    """Map the folded form of each way to ask to its text; the question itself comes first."""
    found: dict[str, str] = {}
    for text in [entry.question, *entry.variants]:
        if folded := fold(text):
            found.setdefault(folded, text)
    return found


def embed_missing(encoder: Encoder | None = None, *, batch: int = 64) -> int:
    """Embed ways to ask that have no vector of today's encoder; returns how many (run by the worker)."""
    encoder = encoder or _encoder()
    if encoder is None:
        return 0
    ways = list(FaqVariant.objects.exclude(encoder=encoder.name).select_related("entry__tenant")[:batch])
    if not ways:
        return 0
    with transaction.atomic():
        _embed(ways, encoder)
        for tenant in {way.entry.tenant for way in ways}:
            Version.bump(tenant, TOPIC)
        bell().ring_on_commit(TOPIC)
    return len(ways)


def missing(encoder: Encoder) -> int:
    """Count ways to ask that have no vector of this encoder."""
    return FaqVariant.objects.exclude(encoder=encoder.name).count()


@transaction.atomic
def write_hits() -> int:
    """Add the hits counted in Redis to the rows (run by the worker); returns how many hits."""
    counts = stats.drain()
    for entry_id, hits in counts.items():
        FaqEntry.objects.filter(pk=entry_id).update(hits=F("hits") + hits)
    if counts:
        transaction.on_commit(stats.drained)
    return sum(counts.values())


def _derive(entry: FaqEntry, encoder: Encoder | None) -> None:
    wanted = wordings(entry)
    known = {way.folded: way for way in entry.ways.all()}
    entry.ways.exclude(folded__in=wanted).delete()
    fresh = [FaqVariant(entry=entry, text=text, folded=f) for f, text in wanted.items() if f not in known]
    if encoder is not None:
        stale = [known[f] for f in wanted if f in known and known[f].encoder != encoder.name]
        _vectors(fresh, encoder)
        _embed(stale, encoder)
    FaqVariant.objects.bulk_create(fresh)


def _embed(ways: Sequence[FaqVariant], encoder: Encoder) -> None:
    _vectors(ways, encoder)
    FaqVariant.objects.bulk_update(ways, ["vector", "encoder"])


def _vectors(ways: Sequence[FaqVariant], encoder: Encoder) -> None:
    if not ways:
        return
    for way, vector in zip(ways, encoder.encode_questions([way.text for way in ways]), strict=True):
        way.vector, way.encoder = vector.astype("<f4").tobytes(), encoder.name


def _encoder() -> Encoder | None:
    try:
        return shared_encoder()
    except EncoderUnavailable as error:
        logger.warning("faq.not_embedded error=%s", error)
        return None
