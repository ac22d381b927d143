"""What the dashboard shows, out of the database: one frozen value, a handful of queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import CharField, Count, Max
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from assistant.chat.models import OPEN, Conversation, Handoff, Turn, TurnStatus
from assistant.faq.models import FaqEntry
from assistant.knowledge.models import Chunk, Document

LAYERS = ("faq", "cache", "retrieval", "model")
OTHER = "other"
"""Turns that no layer answered: refused, failed, or left by the asker."""
DAYS = 14
UNANSWERED = 15


@dataclass(frozen=True, slots=True)
class Day:
    """Questions of one day (UTC) by the layer that answered; `hit_rate` is the share that needed no model, 0 to 1."""

    date: dt.date
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All questions of the day."""
        return sum(self.counts.values())

    @property
    def hit_rate(self) -> float | None:
        """Curated and cached answers among all; None on a day without questions."""
        return (self.counts["faq"] + self.counts["cache"]) / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that was refused: how often, when last, and in which conversation."""

    question: str
    times: int
    last: dt.datetime
    conversation: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The dashboard's content. `days` runs from the oldest to today."""

    documents: int
    chunks: int
    faq_entries: int
    conversations_today: int
    waiting: int
    days: tuple[Day, ...]
    unanswered: tuple[Unanswered, ...]


def collect(now: dt.datetime | None = None) -> Figures:
    """Read the figures as of `now`."""
    moment = now or timezone.now()
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return Figures(
        documents=Document.objects.filter(deleted_at=None).count(),
        chunks=Chunk.objects.count(),
        faq_entries=FaqEntry.objects.published().count(),
        conversations_today=Conversation.objects.filter(updated_at__gte=midnight).count(),
        waiting=Handoff.objects.filter(OPEN).count(),
        days=days_since(midnight),
        unanswered=_unanswered(midnight - dt.timedelta(days=DAYS)),
    )


def days_since(midnight: dt.datetime) -> tuple[Day, ...]:
    """Count the questions of the last DAYS days, the one that began at `midnight` among them."""
    first = midnight - dt.timedelta(days=DAYS - 1)
    rows = (
        Turn.objects.filter(asked_at__gte=first)
        .annotate(day=TruncDate("asked_at", tzinfo=dt.UTC))
        .values_list("day", "status", "layer")
        .annotate(times=Count("id"))
        .order_by()
    )
    found: dict[dt.date, Counter[str]] = {}
    for day, status, layer, times in rows:
        answered = status == TurnStatus.FINISHED and layer in LAYERS
        found.setdefault(day, Counter())[layer if answered else OTHER] += times
    dates = [first.date() + dt.timedelta(days=number) for number in range(DAYS)]
    return tuple(Day(date, {name: found.get(date, Counter())[name] for name in (*LAYERS, OTHER)}) for date in dates)


def _unanswered(since: dt.datetime) -> tuple[Unanswered, ...]:
    rows = (
        Turn.objects.filter(asked_at__gte=since, status=TurnStatus.REFUSED, code="no_evidence")
        .values("question")
        .annotate(times=Count("id"), last=Max("asked_at"), of=Max(Cast("conversation", CharField())))
        .order_by("-times", "-last")[:UNANSWERED]
    )
    return tuple(Unanswered(row["question"], row["times"], row["last"], row["of"]) for row in rows)
