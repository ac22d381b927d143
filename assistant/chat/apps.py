"""Registers the app."""

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.chat"
    label = "chat"
    verbose_name = _("Conversations and hand-overs")

    def ready(self) -> None:
        """A hand-over that an editor accepts or closes is known to the next turn."""
        from assistant.chat import handover
        from assistant.chat.models import Handoff

        post_save.connect(handover.announce, sender=Handoff, dispatch_uid="chat.handover")
