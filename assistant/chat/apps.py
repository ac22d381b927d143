"""Registers the app."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.chat"
    label = "chat"
