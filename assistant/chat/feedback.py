"""Thumbs and corrections: written down, and an answer that was called wrong is gone before the next question."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from assistant.chat import several
from assistant.chat.models import Feedback, Giver, Rating, Turn
from assistant.chat.stores.flush import flush_turns
from assistant.errors import NotFound, Text
from assistant.faq import corrections, generated
from assistant.faq.models import FaqEntry, PairOrigin

UNKNOWN = Text(
    en="There is no such answer. An answer is known here a second or two after it was given.",
    zh="没有找到该回答。回答在给出后一两秒内即可在此查询。",
)
SETTLES_S = 0.4
"""Time for another process that is just writing the turn down."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thinks of an answer: a thumb, why, what would be right; `author` names a colleague."""

    rating: Rating
    correction: str = ""
    reason: str = ""
    giver: Giver = Giver.API
    author: str = ""


def give(tenant: str, turn: uuid.UUID, opinion: Opinion) -> int:
    """Write an opinion down; returns how many cached answers were withdrawn for it.

    A thumb down takes away every kept answer to these words, and a curated one that was found by its meaning: that
    entry never answers this question again. Asked for in its very words it is an editor's answer, which only a
    colleague takes away. Raises NotFound (unknown_answer) when the tenant has no such turn.
    """
    found = _turn(tenant, turn)
    with transaction.atomic():
        if not _written(found, opinion):
            return 0
        if found.layer == "faq":
            return _curated(tenant, found, opinion)
        if opinion.rating == Rating.DOWN and found.layer in {"cache", "model"}:
            said = str((found.answer or {}).get("text", ""))
            return generated.withdraw_question(tenant, found.language, found.standalone, said)
    return 0


def entries_behind(tenant: str, turn: Turn) -> list[FaqEntry]:
    """List the curated entries, as far as they still exist, that a turn was answered with: one for each wish."""
    keys = [str(source.get("chunk", "")) for source in (turn.answer or {}).get("sources", [])]
    named = [key.removeprefix("faq:") for key in keys if key.startswith("faq:")]
    entries = [corrections.entry_of(tenant, key, turn.language) for key in named]
    return [entry for entry in entries if entry is not None]


def _written(turn: Turn, opinion: Opinion) -> bool:
    before = Feedback.objects.select_for_update().filter(turn=turn).first()
    if before is not None and before.giver == Giver.AGENT and opinion.giver != Giver.AGENT:
        return False
    values = {
        "rating": opinion.rating,
        "reason": opinion.reason,
        "correction": opinion.correction,
        "giver": opinion.giver,
        "author": opinion.author,
        "given_at": timezone.now(),
    }
    Feedback.objects.update_or_create(turn=turn, defaults=values)
    return True


def _curated(tenant: str, turn: Turn, opinion: Opinion) -> int:
    entries = entries_behind(tenant, turn)
    if len(entries) > 1:
        return _together(entries, turn, opinion)
    return sum(_of_entry(entry, turn, opinion) for entry in entries)


def _of_entry(entry: FaqEntry, turn: Turn, opinion: Opinion) -> int:
    exact = corrections.is_exact(entry, turn.standalone)
    agent = opinion.giver == Giver.AGENT
    if opinion.rating == Rating.UP:
        if not exact:
            corrections.right(entry, turn.standalone, _origin(opinion))
        return 0
    if exact and not agent:
        return 0
    return int(corrections.wrong(entry, turn.standalone, turn.pk, origin=_origin(opinion)))


def _together(entries: Sequence[FaqEntry], turn: Turn, opinion: Opinion) -> int:
    """Judge a joint answer: a thumb down bars each entry for the message, one up vouches for each beside its clause.

    Which of them was wrong a thumb down does not say, so no clause is called different from what answered it.
    """
    if opinion.rating == Rating.DOWN:
        said = turn.question
        return sum(corrections.wrong(entry, said, turn.pk, origin=_origin(opinion)) for entry in entries)
    asked = several.wishes(turn.question)
    if len(asked) == len(entries):
        for entry, clause in zip(entries, asked, strict=True):
            if not corrections.is_exact(entry, clause):
                corrections.right(entry, clause, _origin(opinion))
    return 0


def _origin(opinion: Opinion) -> PairOrigin:
    return PairOrigin.AGENT if opinion.giver == Giver.AGENT else PairOrigin.FEEDBACK


def _turn(tenant: str, turn: uuid.UUID) -> Turn:
    """Find a turn; one that was answered this moment is carried to the database first."""
    rows = Turn.objects.select_related("conversation__tenant").filter(pk=turn, conversation__tenant__slug=tenant)
    found = rows.first()
    if found is None:
        flush_turns()
        found = rows.first()
    if found is None:
        time.sleep(SETTLES_S)
        found = rows.first()
    if found is None:
        raise NotFound(UNKNOWN, code="unknown_answer")
    return found
