"""What an API key may be allowed to do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """Scopes of API keys. `admin` includes all others."""

    ASK = "ask", _("Ask questions")
    DOCUMENTS_READ = "documents:read", _("Read documents")
    DOCUMENTS_WRITE = "documents:write", _("Change documents")
    FAQ_READ = "faq:read", _("Read FAQ entries")
    FAQ_WRITE = "faq:write", _("Change FAQ entries")
    INTENTS_READ = "intents:read", _("Read intents and their versions")
    INTENTS_WRITE = "intents:write", _("Change intents, train and publish versions")
    CONVERSATIONS_READ = "conversations:read", _("Read conversations")
    TESTS = "tests", _("Generate unit tests")
    MODELS_READ = "models:read", _("List models")
    ADMIN = "admin", _("Everything")
