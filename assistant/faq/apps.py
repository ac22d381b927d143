"""Registers the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FaqConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.faq"
    label = "faq"
    verbose_name = _("Curated answers")
