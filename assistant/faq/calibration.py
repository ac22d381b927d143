"""Labelled pairs of questions, as people judge them: they certify the thresholds, and a "no" holds from now on."""

from __future__ import annotations

import hashlib

from django.db import transaction

from assistant.accounts.models import Tenant, Version
from assistant.errors import InvalidInput, Text
from assistant.faq.certified import CalibrationPair, PairOrigin
from assistant.faq.courtesy import bare
from assistant.faq.services import TOPIC
from assistant.live.bell import bell
from retrieval.normalise import fold

EMPTY = Text(
    en="A pair needs two questions with words in them.",
    zh="一对问题必须包含两个非空的问题。",
)
LONGEST = 1000


@transaction.atomic
def record(
    tenant: Tenant, language: str, domain: str, question_a: str, question_b: str, *, same: bool, origin: PairOrigin
) -> CalibrationPair | None:
    """Write down whether one answer fits both questions; the newest word on a pair counts.

    A pair that is said to differ is not served by meaning any more, in every process within a second. None for
    questions of equal words: they say nothing about a threshold. Raises InvalidInput when a question is empty.
    """
    if not fold(question_a) or not fold(question_b):
        raise InvalidInput(EMPTY)
    name = digest(question_a, question_b)
    if name is None:
        return None
    pair, _ = CalibrationPair.objects.update_or_create(
        tenant=tenant,
        digest=name,
        defaults={
            "language": language,
            "domain": domain,
            "question_a": question_a[:LONGEST],
            "question_b": question_b[:LONGEST],
            "same": same,
            "origin": origin,
        },
    )
    Version.bump(tenant, TOPIC)
    bell().ring_on_commit(TOPIC)
    return pair


def digest(question_a: str, question_b: str) -> str | None:
    """Name a pair whatever its order, greetings, width, case and script; None when both have the same words."""
    first, second = sorted((bare(fold(question_a)), bare(fold(question_b))))
    return None if first == second else hashlib.sha256(f"{first}\n{second}".encode()).hexdigest()


def denied(tenant: str) -> frozenset[str]:
    """Return the digests of the pairs that somebody said to differ."""
    rows = CalibrationPair.objects.filter(tenant__slug=tenant, same=False)
    return frozenset(rows.values_list("digest", flat=True))
