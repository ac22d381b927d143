"""Documents that need a look, as a list of their own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assistant.editing.admin.lineage import LookedAt
from assistant.editing.models import StaleDocument
from assistant.editing.stale import ENDS_SOON, stale


@admin.register(StaleDocument)
class StaleAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["document", "why", "revised", "valid_until", "cited", "uploader", "tenant"]
    list_display_links = None
    list_filter = ["tenant", "domain", "language"]
    search_fields = ["title", "filename", "tags"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return stale()

    @admin.display(description=_("document"), ordering="title")
    def document(self, row: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:knowledge_document_change", args=[row.pk]), row)

    @admin.display(description=_("reason"))
    def why(self, row: Any) -> str:
        ends = row.valid_until is not None and row.valid_until <= timezone.now() + ENDS_SOON
        return str(_("its validity ends soon") if ends else _("not changed for a year"))

    @admin.display(description=_("contents changed"), ordering="revised")
    def revised(self, row: Any) -> object:
        return row.revised

    @admin.display(description=_("cited in three months"), ordering="cited")
    def cited(self, row: Any) -> int:
        return int(row.cited)
