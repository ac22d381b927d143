"""A thumb for a curated answer: a wrong hit is gone in every process, and both thumbs become calibration data."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import numpy as np
from django.db import transaction

from assistant.faq import calibration, services
from assistant.faq.calibration import WrongFor, asked_as
from assistant.faq.models import CalibrationPair, FaqEntry, FaqVariant, PairOrigin
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
def wrong(
    entry: FaqEntry, question: str, turn: uuid.UUID | None = None, *, origin: PairOrigin = PairOrigin.FEEDBACK
) -> bool:
    """Never answer this question with this entry again; say whether that is new. No process does when it returns.

    The question and the way to ask it was taken for become a pair that calibrates the thresholds.
    """
    new = not any(row.entry_id == entry.pk for row in _said(entry, question))
    way = question if is_exact(entry, question) else nearest_way(entry, question)
    calibration.record(
        entry.tenant, entry.language, entry.domain, question, way, same=False, origin=origin,
        wrong_for=WrongFor(entry, turn),
    )  # fmt: skip
    return new


@transaction.atomic
def allowed(entry: FaqEntry, question: str) -> bool:
    """Take `wrong` back; say whether there was anything to take back."""
    return bool(calibration.forget(_said(entry, question)))


def right(entry: FaqEntry, question: str, origin: PairOrigin) -> None:
    """Write down that the question and the way to ask it was taken for ask the same."""
    way = nearest_way(entry, question)
    calibration.record(entry.tenant, entry.language, entry.domain, question, way, same=True, origin=origin)


def _said(entry: FaqEntry, question: str) -> list[CalibrationPair]:
    """List the judgements because of which the entry does not answer the question."""
    asked, ways = asked_as(question), {asked_as(way.text) for way in entry.ways.all()}
    found = []
    for row in CalibrationPair.objects.filter(tenant=entry.tenant, same=False).select_related("tenant"):
        sides = {asked_as(row.question_a), asked_as(row.question_b)}
        of_entry = row.entry_id == entry.pk and asked_as(row.question_a) == asked
        if of_entry or (asked in sides and not ways.isdisjoint(sides - {asked})):
            found.append(row)
    return found


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


def _matrix(ways: Sequence[FaqVariant]) -> Vectors:
    return np.stack([np.frombuffer(bytes(way.vector or b""), dtype="<f4") for way in ways])
