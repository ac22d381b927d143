"""What the page "first line" shows: how much never reaches the model, what that saved, how far it may be trusted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Avg, Count, F, FloatField, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from assistant.chat.models import Feedback, Rating, Turn, TurnStatus
from assistant.console import drift
from assistant.console.drift import Drift
from assistant.console.figures import DAYS, Day, days_since
from assistant.faq.models import ThresholdCertificate

FIRST_LINE = ("faq", "cache")
FALSE_HITS = 20


@dataclass(frozen=True, slots=True)
class Saved:
    """What answers without the model did not spend, by what answers with it did: `measured` of them, means of each."""

    answers: int
    measured: int
    seconds_each: float
    tokens_each: float

    @property
    def seconds(self) -> float:
        """Model seconds not spent."""
        return self.answers * self.seconds_each

    @property
    def tokens(self) -> float:
        """Tokens not read and written."""
        return self.answers * self.tokens_each


@dataclass(frozen=True, slots=True)
class FalseHit:
    """An answer of the first line that somebody called wrong."""

    question: str
    answer: str
    layer: str
    said: dt.datetime
    by: str
    conversation: str


@dataclass(frozen=True, slots=True)
class FirstLine:
    """The page's content. `false_hits` are the latest, `wrong` counts them all among `hits` of the same days."""

    days: tuple[Day, ...]
    hits: int
    saved: Saved | None
    wrong: int
    false_hits: tuple[FalseHit, ...]
    certificates: tuple[ThresholdCertificate, ...]
    drifts: tuple[Drift, ...]


def collect(now: dt.datetime | None = None) -> FirstLine:
    """Read the figures of the last two weeks as of `now`."""
    midnight = (now or timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - dt.timedelta(days=DAYS - 1)
    days = days_since(midnight)
    hits = sum(day.counts[layer] for day in days for layer in FIRST_LINE)
    wrong = _wrong(first)
    return FirstLine(
        days=days,
        hits=hits,
        saved=_saved(hits, first),
        wrong=wrong.count(),
        false_hits=tuple(_shown(wrong[:FALSE_HITS])),
        certificates=in_force(ThresholdCertificate.objects.select_related("tenant").order_by("-issued_at", "-id")),
        drifts=drift.measured(now or timezone.now()),
    )


def in_force(newest_first: Iterable[ThresholdCertificate]) -> tuple[ThresholdCertificate, ...]:
    """Keep the newest of each tenant, language and domain."""
    found: dict[tuple[int, str, str], ThresholdCertificate] = {}
    for certificate in newest_first:
        found.setdefault((certificate.tenant_id, certificate.language, certificate.domain), certificate)
    return tuple(found[key] for key in sorted(found))


def _saved(hits: int, since: dt.datetime) -> Saved | None:
    """Multiply by what model answers of these days took; None when there was none to measure."""
    made = Turn.objects.filter(asked_at__gte=since, layer="model", status=TurnStatus.FINISHED, total_ms__isnull=False)
    usage = [Cast(KT(f"answer__usage__{name}"), FloatField()) for name in ("prompt_tokens", "completion_tokens")]
    means = made.aggregate(count=Count("id"), ms=Avg("total_ms"), read=Avg(usage[0]), written=Avg(usage[1]))
    if not means["count"]:
        return None
    tokens = (means["read"] or 0.0) + (means["written"] or 0.0)
    return Saved(hits, means["count"], means["ms"] / 1000, tokens)


def _wrong(since: dt.datetime) -> QuerySet[Feedback]:
    said = Feedback.objects.filter(rating=Rating.DOWN, turn__layer__in=FIRST_LINE, turn__asked_at__gte=since)
    # small talk and hand-overs are of this layer, too, but no hits: they have no source
    return said.filter(turn__answer__sources__0__isnull=False).select_related("turn").order_by(F("given_at").desc())


def _shown(rows: Iterable[Feedback]) -> Sequence[FalseHit]:
    return [
        FalseHit(
            question=row.turn.standalone,
            answer=row.turn.text,
            layer=row.turn.layer,
            said=row.given_at,
            by=str(row.author or row.get_giver_display()),
            conversation=str(row.turn.conversation_id),
        )
        for row in rows
    ]
