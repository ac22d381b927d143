"""Conversations as they happened, and hand-overs. Nothing here can be edited but the state of a hand-over."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assistant.chat.models import Conversation, Feedback, Handoff, Turn


class ReadOnly:
    """Mixin: looked at, never changed."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Conversations come from visitors."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was said stays said."""
        return False


class TurnInline(ReadOnly, admin.StackedInline):  # type: ignore[type-arg]
    model = Turn
    extra = 0
    can_delete = False
    fields = [
        "question",
        "text",
        "status",
        "code",
        "layer",
        "intent",
        "domain",
        "sources",
        "total_ms",
        "asked_at",
        "correct",
    ]
    readonly_fields = ["sources", "correct"]
    ordering = ["asked_at"]

    @admin.display(description=_("sources"))
    def sources(self, turn: Turn) -> SafeString | str:
        """List what was cited, with the way to where it comes from."""
        cited = (turn.answer or {}).get("sources", [])
        if not cited:
            return "-"
        titles = format_html_join("", "[{}] {}<br>", ((source["n"], source["title"]) for source in cited))
        address = reverse("admin:editing_answer", args=[turn.pk])
        return format_html('{}<a href="{}">{}</a>', titles, address, _("where it comes from"))

    @admin.display(description=_("correction"))
    def correct(self, turn: Turn) -> str:
        """Lead to the form that says what would have been right."""
        said = Feedback.objects.filter(turn=turn).first()
        shown = "" if said is None else f"{said.get_rating_display()} · {said.reason} {said.correction} {said.author}"
        return format_html(
            '{} <a href="{}">{}</a>', shown, reverse("admin:correct_turn", args=[turn.pk]), _("the right answer is…")
        )


class HandoffInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Handoff
    extra = 0
    can_delete = False
    fields = ["state", "reason", "requested_at"]


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["title", "channel", "language", "tenant", "updated_at"]
    list_filter = ["tenant", "channel", "language", "turns__layer", "turns__status", "handoffs__state"]
    search_fields = ["turns__question", "turns__text"]
    date_hierarchy = "updated_at"
    inlines = [HandoffInline, TurnInline]
    fields = ["tenant", "channel", "language", "created_at", "updated_at"]


@admin.register(Handoff)
class HandoffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["conversation", "state", "reason", "requested_at"]
    list_filter = ["state", "reason"]
    readonly_fields = ["conversation", "reason", "requested_at"]
    fields = ["conversation", "state", "reason", "requested_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Hand-overs come from conversations."""
        return False
