"""Do people ask something else than the intents were trained for? The last week against the time before.

The yardstick is the population stability index, sum((now - then) * ln(now / then)) over the bins: below 0.1 nothing
moved, above 0.25 much did (the bounds are the usual ones of credit scoring). "Then" is the share of the examples that
were trained on, and for the confidence the three weeks before.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, FloatField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from assistant.accounts.models import Tenant
from assistant.chat.models import Turn
from assistant.intents.models import Example

RECENT = dt.timedelta(days=7)
BEFORE = dt.timedelta(days=28)
LEAST = 50
"""Fewer questions than this in a window say nothing."""
SOME, MUCH = 0.1, 0.25
BINS = 5
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """An intent whose share moved: 0 to 1, in training and in the last week; `part` is its part of the index."""

    name: str
    then: float
    now: float
    part: float


@dataclass(frozen=True, slots=True)
class Drift:
    """A tenant's drift. The indices are None where there are too few questions; `questions` of the last week."""

    tenant: str
    questions: int
    shares: float | None
    confidence: float | None
    moved: tuple[Moved, ...]

    @property
    def level(self) -> str:
        """`few`, `calm`, `some` or `much`, by the larger index."""
        known = [index for index in (self.shares, self.confidence) if index is not None]
        if not known:
            return "few"
        return "much" if max(known) >= MUCH else "some" if max(known) >= SOME else "calm"


def measured(now: dt.datetime) -> tuple[Drift, ...]:
    """Measure every tenant that has intents."""
    return tuple(_of(tenant, now) for tenant in Tenant.objects.filter(intents__isnull=False).distinct())


def stability(then: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Return each bin's part of the index; counts, each at least half a one so that none is empty."""
    bins = sorted({*then, *now})
    sums = [sum(max(counts.get(name, 0.0), 0.5) for name in bins) for counts in (then, now)]
    parts = {}
    for name in bins:
        a, b = (max(c.get(name, 0.0), 0.5) / total for c, total in zip((then, now), sums, strict=True))
        parts[name] = (b - a) * math.log(b / a)
    return parts


def _of(tenant: Tenant, now: dt.datetime) -> Drift:
    trained = dict(
        Example.objects.filter(intent__tenant=tenant).values_list("intent__name").annotate(n=Count("id")).order_by()
    )
    turns = Turn.objects.filter(conversation__tenant=tenant).exclude(intent="").exclude(answer=None)
    recent = turns.filter(asked_at__gt=now - RECENT, asked_at__lte=now)
    asked = dict(recent.filter(intent__in=trained).values_list("intent").annotate(n=Count("id")).order_by())
    total = sum(asked.values())
    before = _confidence(turns.filter(asked_at__gt=now - BEFORE, asked_at__lte=now - RECENT))
    parts = stability(trained, asked)
    enough = total >= LEAST and bool(trained)
    return Drift(
        tenant=tenant.name,
        questions=total,
        shares=sum(parts.values()) if enough else None,
        confidence=_index(before, _confidence(recent)),
        moved=_moved(trained, asked, parts) if enough else (),
    )


def _moved(trained: Mapping[str, int], asked: Mapping[str, int], parts: Mapping[str, float]) -> tuple[Moved, ...]:
    then, now = sum(trained.values()), sum(asked.values())
    names = sorted(parts, key=lambda name: -parts[name])[:SHOWN]
    return tuple(Moved(name, trained.get(name, 0) / then, asked.get(name, 0) / now, parts[name]) for name in names)


def _confidence(turns: object) -> Counter[str]:
    rows = turns.annotate(sure=Cast(KT("answer__intent__confidence"), FloatField()))  # type: ignore[attr-defined]
    counts: Counter[str] = Counter()
    for sure in rows.filter(sure__lt=1.0).values_list("sure", flat=True):  # 1.0 is an exact hit: nothing was guessed
        counts[str(min(BINS - 1, int(sure * BINS)))] += 1
    return counts


def _index(then: Mapping[str, int], now: Mapping[str, int]) -> float | None:
    if min(sum(then.values()), sum(now.values())) < LEAST:
        return None
    return sum(stability(then, now).values())
