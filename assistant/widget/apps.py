"""Registers the app."""

from django.apps import AppConfig


class WidgetConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.widget"
    label = "widget"
