"""Change curated answers: rows, their derived ways to ask, and the version that makes every process look."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models import F

from assistant.accounts.models import Tenant, Version
from assistant.errors import Conflict, InvalidInput, Text
from assistant.faq import placeholders, stats
from assistant.faq.models import EntryState, FaqEntry, FaqSettings, FaqVariant
from assistant.knowledge.encoder import shared_encoder
from assistant.live.assent import announce
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
NEVER = Text(
    en="The entry would end before it begins. Check “publish at”, “valid from” and “valid until”.",
    zh="条目的结束时间早于开始时间。请检查“发布时间”、“生效时间”和“失效时间”。",
)


def save(entry: FaqEntry, *, encoder: Encoder | None = None, embed: bool = True, wait: bool = True) -> FaqEntry:
    """Write an entry, derive its ways to ask, and announce it.

    When this returns (or the transaction around it has committed) no web process answers as before any more, see
    `assistant.live.assent`; with `wait` off it takes them up to a second. Without an encoder at hand, or with `embed`
    off, the entry is found by its exact wording; the worker embeds it later.
    Raises what `check` raises.
    """
    check(entry)
    with transaction.atomic():
        _keep_approved(entry)
        entry.version = Version.bump(entry.tenant, TOPIC)
        entry.save()
        _derive(entry, (encoder or house_encoder()) if embed else None)
        _announce(wait=wait)
    return entry


def delete(entry: FaqEntry, *, wait: bool = True) -> None:
    """Remove an entry; no process answers with it when this returns."""
    with transaction.atomic():
        Version.bump(entry.tenant, TOPIC)
        entry.delete()
        _announce(wait=wait)


@transaction.atomic
def configure(settings: FaqSettings) -> None:
    """Write a tenant's settings; every process serves by them when this returns."""
    settings.save()
    Version.bump(settings.tenant, TOPIC)
    announce(TOPIC)


def check(entry: FaqEntry) -> None:
    """Say whether an entry can be saved.

    Raises InvalidInput (invalid_input, unknown_placeholder, bad_validity), or Conflict (faq_question_taken) when
    another entry in its language answers one of its questions for the same people at the same time.
    """
    if not fold(entry.question) or not entry.answer.strip():
        raise InvalidInput(EMPTY)
    opens, closes = entry.window()
    if opens >= closes:
        raise InvalidInput(NEVER, code="bad_validity")
    placeholders.check(entry.tenant, entry.answer)
    _refuse_double(entry, opens, closes)


def upsert(tenant: Tenant, key: str, language: str, *, embed: bool = True, wait: bool = True, **fields: object) -> bool:
    """Create or update the entry with this key and language; say whether anything changed.

    What programs load was approved by whoever runs them.
    """
    entry = FaqEntry.objects.filter(tenant=tenant, key=key, language=language).first()
    if entry is None:
        save(FaqEntry(tenant=tenant, key=key, language=language, **fields), embed=embed, wait=wait)
        return True
    fields = {"state": EntryState.APPROVED, **fields}
    if all(getattr(entry, name) == value for name, value in fields.items()):
        return False
    for name, value in fields.items():
        setattr(entry, name, value)
    save(entry, embed=embed, wait=wait)
    return True


def wordings(entry: FaqEntry) -> dict[str, str]:
    """Map the folded form of each way to ask to its text; the question itself comes first.

    It is the approved content that is asked for; of an entry that was never approved, what its fields say.
    """
    content = entry.approved() or entry.content()
    found: dict[str, str] = {}
    for text in [content.question, *content.variants]:
        if folded := fold(text):
            found.setdefault(folded, text)
    return found


def embed_missing(encoder: Encoder | None = None, *, batch: int = 64) -> int:
    """Embed ways to ask that have no vector of today's encoder; returns how many (run by the worker)."""
    encoder = encoder or house_encoder()
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


def _announce(*, wait: bool) -> None:
    if wait:
        announce(TOPIC)
    else:
        bell().ring_on_commit(TOPIC)


def _keep_approved(entry: FaqEntry) -> None:
    """While an edit waits for approval, what was approved before it goes on being served."""
    if entry.state == EntryState.APPROVED:
        entry.served = None
        return
    before = FaqEntry.objects.filter(pk=entry.pk).first()
    if before is not None and before.state == EntryState.APPROVED:
        entry.served = asdict(before.content())


def _refuse_double(entry: FaqEntry, opens: float, closes: float) -> None:
    if not entry.published:
        return
    asked = [folded for text in [entry.question, *entry.variants] if (folded := fold(text))]
    ways = FaqVariant.objects.filter(
        entry__tenant=entry.tenant, entry__language=entry.language, entry__published=True, folded__in=asked
    ).exclude(entry__key=entry.key)
    for way in ways.select_related("entry"):
        begins, ends = way.entry.window()
        if begins < closes and opens < ends and not set(entry.access).isdisjoint(way.entry.access):
            raise Conflict(_taken(way), code="faq_question_taken")


def _taken(way: FaqVariant) -> Text:
    where = f"{way.entry.key} ({way.entry.language})"
    return Text(
        en=f"“{way.text}” is answered by the entry {where} already. Change that entry, leave this way to ask out, or "
        "let one end before the other begins.",
        zh=f"“{way.text}”已由条目 {where} 回答。请修改该条目、去掉这种问法，或错开两者的有效期。",
    )


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


def house_encoder() -> Encoder | None:
    """Return this process's encoder, None while there is none."""
    try:
        return shared_encoder()
    except EncoderUnavailable as error:
        logger.warning("faq.not_embedded error=%s", error)
        return None
