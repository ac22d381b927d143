"""The log in the admin: search, look, export; nothing can be changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assistant.audit import export
from assistant.audit.models import Entry

BATCH = 500


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["at", "who", "channel", "action", "kind", "label", "summary", "tenant"]
    list_filter = ["action", "channel", "kind", "tenant"]
    search_fields = ["who", "label", "object_id", "before", "after"]
    search_help_text = _("Who, name, id, or a value before or after.")
    date_hierarchy = "at"
    list_per_page = 50
    show_full_result_count = False
    export_label = _("Export what is shown as CSV")
    fields = ["at", "tenant", "who", "channel", "action", "kind", "row", "table"]
    readonly_fields = fields  # type: ignore[assignment]  # the stubs want a narrower list
    change_list_template = "admin/audit/entries.html"

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(self.export)
        return [path("export/", guarded, name="audit_entry_export"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    @admin.display(description=_("what"))
    def summary(self, entry: Entry) -> str:
        return ", ".join(name for name, *_values in entry.differences()) if entry.action == "change" else "-"

    @admin.display(description=_("row"))
    def row(self, entry: Entry) -> SafeString | str:
        app, _dot, model = entry.kind.partition(".")
        name = entry.label or entry.object_id
        try:
            address = reverse(f"admin:{app}_{model}_change", args=[entry.object_id])
        except NoReverseMatch:
            return f"{name} ({entry.object_id})"
        return format_html('<a href="{}">{}</a> ({})', address, name, entry.object_id)

    @admin.display(description=_("before and after"))
    def table(self, entry: Entry) -> SafeString:
        rows = format_html_join(
            "",
            '<tr><th scope="row">{}</th><td><del>{}</del></td><td><ins>{}</ins></td></tr>',
            ((name, _plain(before), _plain(after)) for name, before, after in entry.differences()),
        )
        return format_html("<table>{}</table>", rows)

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Send what the list shows with its present filters, whole, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown: Any = self.get_changelist_instance(request)
        entries = shown.get_queryset(request).order_by("-id").iterator(chunk_size=BATCH)
        response = StreamingHttpResponse(export.lines(entries), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = "attachment; filename=audit.csv"
        return response


def _plain(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
