"""Conflicting examples in the admin of intents: on the page of an intent, and all of a tenant's on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Tenant
from assistant.intents.conflicts import SHOWN, Conflict, Placed, conflicts
from assistant.intents.models import Intent


class ConflictPages:
    """Mixin for the admin of intents; the list's template has the link to the latter."""

    admin_site: admin.AdminSite

    def get_urls(self) -> list[URLPattern]:
        """Add the page of all conflicts."""
        guarded = self.admin_site.admin_view(self.all_conflicts)
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("conflicts/", guarded, name="intents_conflicts"), *urls]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Name the link above the list."""
        named = {"conflicts_title": gettext("Examples that conflict"), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, named)  # type: ignore[misc]
        return response

    @admin.display(description=_("examples that conflict"))
    def conflicting(self, intent: Intent | None) -> SafeString | str:
        """List what other intents have in (nearly) the same words."""
        if intent is None or intent.pk is None:
            return "-"
        found = [each for each in conflicts(intent.tenant) if each.touches(intent.pk)]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", _lines(found))) if found else "-"

    def all_conflicts(self, request: HttpRequest) -> HttpResponse:
        """Show the chosen tenant's conflicts; needs the right to see intents."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        tenants = list(Tenant.objects.all())
        tenant = next((one for one in tenants if one.slug == request.GET.get("tenant")), next(iter(tenants), None))
        found = conflicts(tenant) if tenant is not None else []
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Examples that conflict"),
            "tenants": tenants,
            "tenant": tenant,
            "open": gettext("Open"),
            "advice": gettext(
                "Equal or nearly equal examples under two intents make the assistant waver between them. Open one of "
                "the two intents and delete the example there, or move both under one. Training begins by itself."
            ),
            "lines": [line for (line,) in _lines(found)],
            "none": gettext("No example stands under two intents."),
        }
        return TemplateResponse(request, "admin/intents/conflicts.html", context)


def _lines(found: list[Conflict]) -> list[tuple[SafeString]]:
    same, near = gettext("the same words"), gettext("nearly the same")
    lines = ((*_named(each.first), *_named(each.second), same if each.same else near) for each in found[:SHOWN])
    return [(format_html('“{}” (<a href="{}">{}</a>) ↔ “{}” (<a href="{}">{}</a>): {}', *line),) for line in lines]


def _named(placed: Placed) -> tuple[str, str, str]:
    return placed.text, reverse("admin:intents_intent_change", args=[placed.intent_pk]), placed.intent
