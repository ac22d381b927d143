"""Registers the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.chat"
    label = "chat"
    verbose_name = _("Conversations and hand-overs")
