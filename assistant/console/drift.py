"""Do people ask something else than the intents were trained for? The last week against the time before.

The yardstick is the population stability index, sum((now - then) * ln(now / then)) over the bins: below 0.1 nothing
moved, above 0.25 much did (the bounds are the usual ones of credit scoring). "Then" is what the live version made of
its held-out examples when it was trained (where nothing is live, the number of examples), and for the confidence the
three weeks before, or that training again where they were quiet.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, FloatField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from assistant.accounts.models import Tenant
from assistant.chat.models import Turn
from assistant.intents.models import Example
from assistant.intents.report import Profile, live_profile
from assistant.intents.types import OUT_OF_SCOPE

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
    profile = live_profile(tenant.slug)
    trained = _written(tenant) if profile is None else _judged(profile)
    turns = Turn.objects.filter(conversation__tenant=tenant).exclude(intent="").exclude(answer=None)
    recent = turns.filter(asked_at__gt=now - RECENT, asked_at__lte=now)
    asked = dict(recent.filter(intent__in=trained).values_list("intent").annotate(n=Count("id")).order_by())
    total = sum(asked.values())
    before: Mapping[str, float] = _confidence(turns.filter(asked_at__gt=now - BEFORE, asked_at__lte=now - RECENT))
    if sum(before.values()) < LEAST and profile is not None:
        before = _sure(profile)
    parts = stability(trained, asked)
    enough = total >= LEAST and bool(trained)
    return Drift(
        tenant=tenant.name,
        questions=total,
        shares=sum(parts.values()) if enough else None,
        confidence=_index(before, _confidence(recent)),
        moved=_moved(trained, asked, parts) if enough else (),
    )


def _written(tenant: Tenant) -> dict[str, float]:
    """Count the examples of each intent."""
    rows = Example.objects.filter(intent__tenant=tenant).values_list("intent__name").annotate(n=Count("id"))
    return dict(rows.order_by())


def _judged(profile: Profile) -> dict[str, float]:
    """Tell how many held-out examples were taken for each intent; strangers have none."""
    return {name: share * profile.questions for name, share in profile.shares.items() if name != OUT_OF_SCOPE}


def _sure(profile: Profile) -> dict[str, float]:
    """Tell how many held-out examples fell into each of our bins of confidence."""
    counts: defaultdict[str, float] = defaultdict(float)
    for place, share in enumerate(profile.confidence):
        counts[str(place * BINS // len(profile.confidence))] += share * profile.questions
    return counts


def _moved(trained: Mapping[str, float], asked: Mapping[str, int], parts: Mapping[str, float]) -> tuple[Moved, ...]:
    then, now = sum(trained.values()), sum(asked.values())
    names = sorted(parts, key=lambda name: -parts[name])[:SHOWN]
    return tuple(Moved(name, trained.get(name, 0) / then, asked.get(name, 0) / now, parts[name]) for name in names)


def _confidence(turns: object) -> Counter[str]:
    rows = turns.annotate(sure=Cast(KT("answer__intent__confidence"), FloatField()))  # type: ignore[attr-defined]
    counts: Counter[str] = Counter()
    for sure in rows.filter(sure__lt=1.0).values_list("sure", flat=True):  # 1.0 is an exact hit: nothing was guessed
        counts[str(min(BINS - 1, int(sure * BINS)))] += 1
    return counts


def _index(then: Mapping[str, float], now: Mapping[str, float]) -> float | None:
    if min(sum(then.values()), sum(now.values())) < LEAST:
        return None
    return sum(stability(then, now).values())
