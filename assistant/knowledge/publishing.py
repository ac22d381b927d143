"""What readers may find, and when: publish, withdraw, roll back, and the times of validity."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assistant.knowledge import blobs, services
from assistant.knowledge.models import Document, Revision
from assistant.knowledge.models.document import State


@transaction.atomic
def withdraw(document: Document) -> None:
    """Take a document out of every search within a second; it keeps all its revisions."""
    locked = Document.objects.select_for_update().get(pk=document.pk)
    locked.withdrawn = True
    locked.save(update_fields=["withdrawn", "updated_at"])
    services.take_down(locked)


@transaction.atomic
def publish(document: Document) -> None:
    """Bring a withdrawn document back: its newest revision is read and goes live, within its time of validity."""
    locked = Document.objects.select_for_update().get(pk=document.pk, deleted_at=None)
    locked.withdrawn = False
    locked.save(update_fields=["withdrawn", "updated_at"])
    if locked.state == State.WITHDRAWN and locked.is_wanted(timezone.now()):
        _begin(locked)


def roll_back(document: Document, number: int, *, uploader: str = "") -> Revision:
    """Make the bytes of an earlier revision the newest one. Nothing is rewritten: it becomes a revision of its own.

    Raises Revision.DoesNotExist, BlobDamaged, and Conflict when those bytes are the newest already or are another
    document's by now.
    """
    earlier = document.revisions.get(number=number)
    return services.replace(document, earlier.filename, blobs.read(earlier), uploader=uploader)


def follow_validity(now: dt.datetime | None = None) -> int:
    """Publish what has become valid and take down what no longer is; returns how many documents changed."""
    now = now or timezone.now()
    standing = Document.objects.filter(deleted_at=None, withdrawn=False)
    begun = Q(valid_from=None) | Q(valid_from__lte=now)
    ended = Q(valid_until__lte=now)
    to_end = standing.exclude(state=State.WITHDRAWN).filter(~begun | ended)
    to_begin = standing.filter(begun, ~ended, state=State.WITHDRAWN)
    wrong = [*to_end.values_list("pk", flat=True), *to_begin.values_list("pk", flat=True)]
    return sum(_settle(pk, now) for pk in wrong)


@transaction.atomic
def _settle(pk: uuid.UUID, now: dt.datetime) -> bool:
    """Bring one document in line with its times; False when another worker is at it or has done it."""
    found = Document.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, deleted_at=None).first()
    if found is None or found.is_wanted(now) == (found.state != State.WITHDRAWN):
        return False
    if found.is_wanted(now):
        _begin(found)
    else:
        services.take_down(found)
    return True


def _begin(document: Document) -> None:
    document.state = State.PENDING
    document.save(update_fields=["state", "updated_at"])
    services.reingest(document)
