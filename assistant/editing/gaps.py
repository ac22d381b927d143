"""Coverage gaps: questions that found no evidence, those of the same meaning counted together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import asdict, dataclass, field

import numpy as np
from django.db.models import Count, Max
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.chat.models import Turn, TurnStatus
from assistant.editing.models import Run
from assistant.editing.models.run import Kind
from assistant.editing.runs import NO_TENANT, Outcome
from assistant.errors import Text
from assistant.faq.models import FaqVariant
from assistant.knowledge.encoder import encode_many, shared_encoder
from retrieval.normalise import fold
from retrieval.types import Vectors

DAYS = 30
MOST = 1_000
"""Different questions looked at, the latest first: embedding them takes about twelve seconds of two cores."""
NEAR = 0.90
"""Cosine from which two questions are shown as one gap. With multilingual-e5-small, over 204 wordings of 60 curated
questions of the demo in both languages, this joins 47 % of the pairs that ask the same and 0.2 % of the others."""
SHOWN = 100
CODES = ("no_evidence", "ungrounded", "no_model")


@dataclass(slots=True)
class Gap:
    """Questions of one meaning. `question` is the one asked most, `others` further wordings; `last` is ISO 8601."""

    question: str
    language: str
    count: int
    last: str
    others: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A wording: how often it was asked, and when last."""

    question: str
    language: str
    count: int
    last: dt.datetime


def find(run: Run, report: Callable[[float], None]) -> Outcome:
    """Group the tenant's unanswered questions of the last days. Raises EncoderUnavailable."""
    if run.tenant is None:
        return Outcome(NO_TENANT)
    asked = unanswered(run.tenant)
    report(0.1)
    vectors = encode_many([row.question for row in asked], shared_encoder()) if asked else np.empty((0, 1), np.float32)
    report(0.9)
    gaps = sorted(group(asked, vectors), key=lambda gap: (gap.count, gap.last), reverse=True)
    questions = sum(row.count for row in asked)
    note = Text(f"{len(gaps)} gaps in {questions} questions", f"{questions} 个问题中有 {len(gaps)} 处缺口")
    return Outcome(note, {"gaps": [asdict(gap) for gap in gaps[:SHOWN]]})


def unanswered(tenant: Tenant, now: dt.datetime | None = None) -> list[Asked]:
    """Questions refused for want of evidence in the last days, each wording once, those with an answer by now left out.

    Wordings are compared folded: case, width, punctuation and script make no difference.
    """
    since = (now or timezone.now()) - dt.timedelta(days=DAYS)
    rows = (
        Turn.objects.filter(conversation__tenant=tenant, asked_at__gte=since)
        .filter(status=TurnStatus.REFUSED, code__in=CODES)
        .values_list("standalone", "language")
        .annotate(count=Count("id"), last=Max("asked_at"))
        .order_by("-last")[:MOST]
    )
    known = set(FaqVariant.objects.filter(entry__tenant=tenant, entry__published=True).values_list("folded", flat=True))
    return merged(rows, known)


def merged(rows: Iterable[tuple[str, str, int, dt.datetime]], known: Set[str] = frozenset()) -> list[Asked]:
    """Take (question, language, count, last), the latest first, each folded wording once; `known` are left out."""
    found: dict[str, Asked] = {}
    for question, language, count, last in rows:
        key = fold(question)
        if not key or key in known:
            continue
        before = found.get(key)
        found[key] = Asked(question, language, count + (before.count if before else 0), before.last if before else last)
    return list(found.values())


def group(asked: Sequence[Asked], vectors: Vectors) -> list[Gap]:
    """Put questions together whose vectors (shape [len(asked), dimension]) lie near, in one pass, the most asked first.

    A question joins the gap whose first question is nearest, if that is near enough (leader clustering, Hartigan 1975):
    each member is near what the gap is called by, and a chain of small steps cannot tie strangers together.
    """
    order = sorted(range(len(asked)), key=lambda i: (-asked[i].count, -asked[i].last.timestamp(), asked[i].question))
    leaders: list[int] = []
    gaps: list[Gap] = []
    for i in order:
        row = asked[i]
        likeness = vectors[leaders] @ vectors[i] if leaders else np.empty(0, np.float32)
        nearest = int(likeness.argmax()) if leaders else -1
        if leaders and likeness[nearest] >= NEAR:
            gap = gaps[nearest]
            gap.count += row.count
            gap.last = max(gap.last, row.last.isoformat())
            gap.others.append(row.question)
        else:
            leaders.append(i)
            gaps.append(Gap(row.question, row.language, row.count, row.last.isoformat()))
    return gaps


def ask_when_due() -> int:
    """Ask for a new look at each tenant that has been refusing questions since the last one (a chore)."""
    refused = Turn.objects.filter(status=TurnStatus.REFUSED, code__in=CODES)
    latest = dict(refused.order_by().values_list("conversation__tenant").annotate(last=Max("asked_at")))
    asked = 0
    for tenant in Tenant.objects.filter(pk__in=latest):
        newest = Run.objects.filter(kind=Kind.GAPS, tenant=tenant).order_by("-id").first()
        if newest is None or newest.asked_at < latest[tenant.pk]:
            Run.objects.ask(Kind.GAPS, tenant=tenant)
            asked += 1
    return asked
