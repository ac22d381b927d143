"""Registers the app."""

from django.apps import AppConfig


class IntentsConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.intents"
    label = "intents"
