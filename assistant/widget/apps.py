"""Registers the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WidgetConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.widget"
    label = "widget"
    verbose_name = _("Chat window")
