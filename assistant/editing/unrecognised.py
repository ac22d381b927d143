"""Questions that no intent fits, judged by the version that is live now, those of one meaning together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict

import numpy as np
from django.db.models import Count, Max
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.chat.models import Turn
from assistant.editing.gaps import DAYS, MOST, NEAR, SHOWN, Asked, Gap, group, merged
from assistant.editing.models import Run
from assistant.editing.runs import NO_TENANT, Outcome
from assistant.errors import Text
from assistant.intents.models import Example
from assistant.intents.recognition import seen
from assistant.intents.types import OUT_OF_SCOPE
from assistant.knowledge.encoder import encode_many, shared_encoder
from retrieval.normalise import fold
from retrieval.types import Vectors


def find(run: Run, report: Callable[[float], None]) -> Outcome:
    """Group the tenant's unrecognised questions of the last days. Raises EncoderUnavailable."""
    if run.tenant is None:
        return Outcome(NO_TENANT)
    asked = unlabelled(run.tenant)
    report(0.1)
    if not asked:
        return Outcome(_note(0, 0), {"groups": []})
    encoder = shared_encoder()
    vectors = encode_many([row.question for row in asked], encoder)
    report(0.8)
    judged = seen(run.tenant, [row.question for row in asked], vectors, encoder.name)
    dismissed = like_strangers(run.tenant, vectors, encoder.name)
    kept = [row for row, each in enumerate(judged) if not each.recognised and not dismissed[row]]
    names = {asked[row].question: judged[row].name for row in kept}
    groups = group([asked[row] for row in kept], vectors[kept])
    groups.sort(key=lambda each: (each.count, each.last), reverse=True)
    shown = [{**asdict(each), "nearest": nearest(each, names)} for each in groups[:SHOWN]]
    return Outcome(_note(len(groups), sum(asked[row].count for row in kept)), {"groups": shown})


def _note(groups: int, questions: int) -> Text:
    return Text(f"{groups} groups in {questions} questions", f"{questions} 个问题，分为 {groups} 组")


def unlabelled(tenant: Tenant, now: dt.datetime | None = None) -> list[Asked]:
    """Return questions of the last days that are no example yet, each folded wording once, the latest first."""
    since = (now or timezone.now()) - dt.timedelta(days=DAYS)
    rows = (
        Turn.objects.filter(conversation__tenant=tenant, asked_at__gte=since)
        .values_list("standalone", "language")
        .annotate(count=Count("id"), last=Max("asked_at"))
        .order_by("-last")[:MOST]
    )
    return merged(rows, labelled(tenant))


def labelled(tenant: Tenant) -> set[str]:
    """Return the tenant's examples, folded."""
    return {fold(text) for text in Example.objects.filter(intent__tenant=tenant).values_list("text", flat=True)}


def like_strangers(tenant: Tenant, vectors: Vectors, encoder: str) -> Sequence[bool]:
    """Say which questions [n, d] mean the same as an example of what is out of scope: somebody has judged those."""
    outside = Example.objects.filter(intent__tenant=tenant, intent__name=OUT_OF_SCOPE, encoder=encoder)
    known = [np.frombuffer(bytes(each), "<f4") for each in outside.values_list("vector", flat=True) if each is not None]
    return (
        [bool(near) for near in ((vectors @ np.stack(known).T).max(axis=1) >= NEAR)]
        if known
        else [False] * len(vectors)
    )


def nearest(found: Gap, names: dict[str, str]) -> str:
    """Return the intent that most wordings of a group are nearest to; empty when nothing is live."""
    votes = Counter(names[question] for question in (found.question, *found.others))
    return min(votes, key=lambda name: (-votes[name], name))
