"""A colleague takes a conversation over, or gives it back: what the next turn must know at once."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from assistant.chat.models import Handoff
from assistant.chat.stores.memories import forget


def announce(instance: Handoff, **_signal: object) -> None:
    """Have the conversation read anew, once a changed hand-over is committed (a receiver of post_save)."""
    conversation = instance.conversation
    names = [(conversation.tenant.slug, str(conversation.pk))]
    transaction.on_commit(lambda: forget(settings.HOUSE.redis_url, names))
