"""Registers the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.knowledge"
    label = "knowledge"
    verbose_name = _("Knowledge")
