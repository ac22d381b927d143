"""Registers the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.accounts"
    label = "accounts"
