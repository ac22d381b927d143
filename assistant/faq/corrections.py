"""A thumb for a curated answer: a wrong hit is gone in every process, and both thumbs become calibration data."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import numpy as np
from django.db import transaction

from assistant.accounts.models import Version
from assistant.faq import calibration, services
from assistant.faq.courtesy import bare
from assistant.faq.models import FaqEntry, FaqVariant, PairOrigin, WrongHit
from assistant.live.assent import announce
from retrieval.normalise import fold
from retrieval.types import Vectors


def entry_of(tenant: str, key: str, language: str) -> FaqEntry | None:
    """Return the entry that an answer names as its source; in the other language where there is none in this one."""
    entries = {entry.language: entry for entry in FaqEntry.objects.of(tenant).filter(key=key)}
    return entries.get(language) or next(iter(entries.values()), None)


def is_exact(entry: FaqEntry, question: str) -> bool:
    """Say whether the question is one of the entry's own ways to ask."""
    return entry.ways.filter(folded=fold(question)).exists()


@transaction.atomic
def wrong(entry: FaqEntry, question: str, turn: uuid.UUID | None = None) -> bool:
    """Never answer this question with this entry again; say whether that is new. No process does when it returns."""
    _, new = WrongHit.objects.get_or_create(
        entry=entry, folded=asked_as(question), defaults={"question": question[:1000], "turn": turn}
    )
    if new:
        Version.bump(entry.tenant, services.TOPIC)
        announce(services.TOPIC)
    return new


@transaction.atomic
def allowed(entry: FaqEntry, question: str) -> bool:
    """Take `wrong` back; say whether there was anything to take back."""
    gone, _ = WrongHit.objects.filter(entry=entry, folded=asked_as(question)).delete()
    if gone:
        Version.bump(entry.tenant, services.TOPIC)
        announce(services.TOPIC)
    return bool(gone)


def learn(entry: FaqEntry, question: str, *, same: bool, origin: PairOrigin) -> None:
    """Write the question and the way to ask it was taken for down as a pair that calibrates the thresholds."""
    way = nearest_way(entry, question)
    calibration.record(entry.tenant, entry.language, entry.domain, question, way, same=same, origin=origin)


def nearest_way(entry: FaqEntry, question: str) -> str:
    """Return the way to ask that the question was most likely taken for: the nearest by embedding.

    Without an encoder, or without vectors, the entry's question.
    """
    encoder = services.house_encoder()
    ways = [] if encoder is None else list(entry.ways.filter(encoder=encoder.name).exclude(vector=None))
    if encoder is None or not ways:
        return entry.question
    scores = _matrix(ways) @ encoder.encode_questions([question])[0]
    return ways[int(np.argmax(scores))].text


def asked_as(question: str) -> str:
    """Fold a question as the look-up compares it: without greetings, case, width and script."""
    return bare(fold(question))[:1000]


def _matrix(ways: Sequence[FaqVariant]) -> Vectors:
    return np.stack([np.frombuffer(bytes(way.vector or b""), dtype="<f4") for way in ways])
