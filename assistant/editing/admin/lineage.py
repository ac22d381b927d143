"""Where an answer comes from, and which answers a document was used for."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assistant.chat.models import Turn
from assistant.editing.admin.words import words
from assistant.editing.models import Citation
from assistant.editing.tracing import trace


class LookedAt:
    """Mixin: looked at, never changed."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Rows are written by the house."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was stays."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was stays."""
        return False


@admin.register(Citation)
class CitationAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["answer", "title", "n", "used", "revision", "page", "asked_at", "tenant"]
    list_display_links = None
    list_filter = ["used", "tenant"]
    search_fields = ["title", "turn__question", "faq_key"]
    list_select_related = ["turn", "tenant"]
    list_per_page = 50
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(self.lineage)
        return [path("answer/<uuid:turn>/", guarded, name="editing_answer"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Citation]:
        return super().get_queryset(request).defer("turn__answer")

    @admin.display(description=_("answer"), ordering="turn__question")
    def answer(self, citation: Citation) -> SafeString:
        address = reverse("admin:editing_answer", args=[citation.turn_id])
        return format_html('<a href="{}">{}</a>', address, citation.turn.question[:120])

    @admin.display(description=_("asked"), ordering="turn__asked_at")
    def asked_at(self, citation: Citation) -> object:
        return citation.turn.asked_at

    def lineage(self, request: HttpRequest, turn: object) -> HttpResponse:
        """Show an answer with what stands behind each sentence."""
        if not (self.has_view_permission(request) and request.user.has_perm("chat.view_conversation")):
            raise PermissionDenied
        found = get_object_or_404(Turn.objects.select_related("conversation__tenant"), pk=turn)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Where the answer comes from"),
            "trace": trace(found),
            "words": words(),
            "may_download": request.user.has_perm("knowledge.view_document"),
        }
        return TemplateResponse(request, "admin/editing/lineage.html", context)
