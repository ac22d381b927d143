"""Registers the app; what a turn cites is written down together with the turn."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditingConfig(AppConfig):
    """See the package's docstring."""

    name = "assistant.editing"
    label = "editing"
    verbose_name = _("Editors' desk")

    def ready(self) -> None:
        """Follow the ledger of turns."""
        from assistant.chat.ledger import turns_written
        from assistant.editing import citing

        turns_written.connect(citing.on_turns, dispatch_uid="editing.citing")
