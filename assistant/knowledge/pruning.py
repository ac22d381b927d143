"""The list of changes is kept as long as somebody may still need it, and no longer."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.utils import timezone

from assistant.knowledge.models import ChunkChange
from retrieval.errors import IndexDamaged
from retrieval.indexes.generations import GenerationStore

logger = logging.getLogger(__name__)

KEPT = dt.timedelta(days=1)
"""Changes younger than this stay: web workers follow within a second, an index that is being built within minutes."""


def prune_changes() -> int:
    """Delete changes that every generation on disk has and that are a day old (a chore); returns how many.

    A process that starts from a generation reads what came after it; one that starts with none, when changes are
    missing, reads the chunks themselves (`LiveKnowledge`). A generation that is damaged keeps everything.
    """
    return prune(GenerationStore(settings.HOUSE.index_dir))


def prune(store: GenerationStore, now: dt.datetime | None = None) -> int:
    """Delete what `store`'s generations have all passed; returns how many."""
    try:
        passed = [store.verify(number).sequence for number in store.numbers()]
    except IndexDamaged as error:
        logger.warning("changes.kept error=%s", error)
        return 0
    if not passed:
        return 0
    old = (now or timezone.now()) - KEPT
    deleted, _ = ChunkChange.objects.filter(sequence__lt=min(passed), created_at__lt=old).delete()
    return deleted
