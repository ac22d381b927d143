"""Documents that need a look: about to end, long unchanged, and how much hangs on them."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from assistant.editing.models import Citation
from assistant.knowledge.models import Document, Revision
from assistant.knowledge.models.document import State

ENDS_SOON = dt.timedelta(days=30)
UNCHANGED = dt.timedelta(days=365)
CITED_SINCE = dt.timedelta(days=90)


def stale(now: dt.datetime | None = None) -> QuerySet[Document]:
    """Live documents whose validity ends soon or whose contents are old, the most cited first.

    Each row carries `revised` (when its contents were last changed; a mere rename does not count) and `cited` (how
    often answers of the last three months cited it).
    """
    now = now or timezone.now()
    revised = Revision.objects.filter(document=OuterRef("pk")).order_by("-number").values("created_at")[:1]
    recent = Citation.objects.filter(document=OuterRef("pk"), used=True, turn__asked_at__gte=now - CITED_SINCE)
    cited = recent.order_by().values("document").annotate(times=Count("pk")).values("times")
    return (
        Document.objects.filter(deleted_at=None, state=State.LIVE)
        .annotate(revised=Subquery(revised), cited=Coalesce(Subquery(cited), 0))
        .filter(Q(valid_until__lte=now + ENDS_SOON) | Q(revised__lte=now - UNCHANGED))
        .select_related("tenant")
        .order_by("-cited", F("valid_until").asc(nulls_last=True), "revised", "pk")
    )
