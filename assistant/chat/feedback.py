"""Thumbs and corrections: written down, and a cached answer that was called wrong is gone before the next question."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from assistant.chat.models import Feedback, Rating, Turn
from assistant.errors import NotFound, Text
from assistant.faq import generated

UNKNOWN = Text(
    en="There is no such answer. An answer is known here a second or two after it was given.",
    zh="没有找到该回答。回答在给出后一两秒内即可在此查询。",
)


@transaction.atomic
def give(tenant: str, turn: uuid.UUID, rating: Rating, correction: str = "") -> int:
    """Write down what somebody thinks of an answer; returns how many cached answers were withdrawn for it.

    Raises NotFound when the tenant has no such turn.
    """
    found = Turn.objects.select_related("conversation").filter(pk=turn, conversation__tenant__slug=tenant).first()
    if found is None:
        raise NotFound(UNKNOWN, code="unknown_answer")
    values = {"rating": rating, "correction": correction, "given_at": timezone.now()}
    Feedback.objects.update_or_create(turn=found, defaults=values)
    if rating != Rating.DOWN or found.layer not in {"cache", "model"}:
        return 0
    return generated.withdraw_question(
        tenant, found.language, found.standalone, str((found.answer or {}).get("text", ""))
    )
