"""Labelled pairs of questions, as people judge them: they certify the thresholds, and a "no" holds from now on.

One table says both, so that what is taken back is taken back for either use.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from assistant.accounts.models import Tenant, Version
from assistant.errors import InvalidInput, Text
from assistant.faq.certified import CalibrationPair, PairOrigin
from assistant.faq.courtesy import bare
from assistant.faq.models import FaqEntry
from assistant.faq.services import TOPIC
from assistant.live.assent import announce
from assistant.live.bell import bell
from retrieval.normalise import fold

EMPTY = Text(
    en="A pair needs two questions with words in them.",
    zh="一对问题必须包含两个非空的问题。",
)
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class WrongFor:
    """The entry that was called wrong for the first question of a pair, and the turn in which that was said."""

    entry: FaqEntry
    turn: uuid.UUID | None = None


@transaction.atomic
def record(
    tenant: Tenant,
    language: str,
    domain: str,
    question_a: str,
    question_b: str,
    *,
    same: bool,
    origin: PairOrigin,
    wrong_for: WrongFor | None = None,
) -> CalibrationPair | None:
    """Write down whether one answer fits both questions; the newest word on a pair counts.

    A pair that is said to differ is not served by meaning any more, in every process within a second; with `wrong_for`
    no process does once this has committed, not even when the words are equal. Without it None is returned for
    questions of equal words: they say nothing about a threshold. Raises InvalidInput when a question is empty.
    """
    if not fold(question_a) or not fold(question_b):
        raise InvalidInput(EMPTY)
    name = digest(question_a, question_b)
    if name is None:
        if wrong_for is None:
            return None
        name = _own_words(wrong_for.entry.pk, question_a)
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
            "entry": None if wrong_for is None else wrong_for.entry,
            "turn": None if wrong_for is None else wrong_for.turn,
        },
    )
    _tell(tenant, at_once=wrong_for is not None)
    return pair


@transaction.atomic
def forget(pairs: Iterable[CalibrationPair]) -> int:
    """Take judgements back; returns how many. Thresholds are certified anew without them."""
    rows = list(pairs)
    CalibrationPair.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for tenant in {row.tenant for row in rows}:
        _tell(tenant, at_once=True)
    return len(rows)


def digest(question_a: str, question_b: str) -> str | None:
    """Name a pair whatever its order, greetings, width, case and script; None when both have the same words."""
    first, second = sorted((asked_as(question_a), asked_as(question_b)))
    return None if first == second else hashlib.sha256(f"{first}\n{second}".encode()).hexdigest()


def asked_as(question: str) -> str:
    """Fold a question as look-ups compare it: without greetings, case, width and script."""
    return bare(fold(question))


def differ(tenant: str, question_a: str, question_b: str) -> bool:
    """Say whether somebody said that these two questions of a tenant (its slug) are not the same."""
    rows = CalibrationPair.objects.filter(tenant__slug=tenant, same=False)
    return rows.filter(digest=digest(question_a, question_b)).exists()


@dataclass(frozen=True, slots=True)
class Refusals:
    """What must not be answered: folded questions by the entry called wrong for them, and by the question they are not.

    Both keys and values are as `asked_as` makes them; an entry's key is its number.
    """

    by_entry: Mapping[int, frozenset[str]]
    by_question: Mapping[str, frozenset[str]]

    def of(self, entry: int, ways: Iterable[str]) -> frozenset[str]:
        """Return the questions that an entry with these ways to ask must not answer; its own ways are no others."""
        own = {asked_as(way) for way in ways}
        others = frozenset().union(*(self.by_question.get(way, frozenset()) for way in own)) - own
        return others | self.by_entry.get(entry, frozenset())


def refusals(tenant: str) -> Refusals:
    """Read what was called different or wrong for a tenant (its slug)."""
    by_entry: dict[int, set[str]] = defaultdict(set)
    by_question: dict[str, set[str]] = defaultdict(set)
    rows = CalibrationPair.objects.filter(tenant__slug=tenant, same=False)
    for a, b, entry in rows.values_list("question_a", "question_b", "entry"):
        first, second = asked_as(a), asked_as(b)
        if entry is not None:
            by_entry[entry] |= {first, fold(a)}
        if first != second:
            by_question[first].add(second)
            by_question[second].add(first)
    return Refusals(
        {entry: frozenset(found) for entry, found in by_entry.items()},
        {question: frozenset(found) for question, found in by_question.items()},
    )


def _own_words(entry: int, question: str) -> str:
    return hashlib.sha256(f"entry {entry}\n{asked_as(question)}".encode()).hexdigest()


def _tell(tenant: Tenant, *, at_once: bool) -> None:
    Version.bump(tenant, TOPIC)
    if at_once:
        announce(TOPIC)
    else:
        bell().ring_on_commit(TOPIC)
