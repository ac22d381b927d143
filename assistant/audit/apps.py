"""Registers the app, signs what this process writes, and sets the triggers after each migration."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Connect to Django's signals."""
        from assistant.audit import signing, triggers  # they need the settings, which are there by now

        connection_created.connect(signing.on_connection, dispatch_uid="audit.signing")
        post_migrate.connect(triggers.on_migrated, sender=self, dispatch_uid="audit.triggers")
