"""Registers the app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.api"
    label = "api"
