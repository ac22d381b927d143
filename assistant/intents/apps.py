"""Registers the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntentsConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.intents"
    label = "intents"
    verbose_name = _("Intents")
