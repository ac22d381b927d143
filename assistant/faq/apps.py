"""Registers the app."""

from django.apps import AppConfig


class FaqConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.faq"
    label = "faq"
