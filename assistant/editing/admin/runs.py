"""What was asked of the worker, how far it is, and buttons for the index."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from assistant.editing.admin.lineage import LookedAt
from assistant.editing.models import Run
from assistant.editing.models.run import Kind
from assistant.knowledge.models.job import JobState

INDEX = (Kind.REINDEX, Kind.MERGE, Kind.VERIFY)
RELOAD_S = 3


@admin.register(Run)
class RunAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["kind", "tenant", "state", "bar", "came_to", "asked_by", "asked_at", "finished_at"]
    list_display_links = None
    list_filter = ["kind", "state", "tenant"]
    list_select_related = ["tenant"]
    list_per_page = 50
    change_list_template = "admin/editing/runs.html"
    index_kinds = INDEX

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(require_POST(self.ask))
        return [path("ask/<slug:kind>/", guarded, name="editing_run_ask"), *super().get_urls()]

    @admin.display(description=_("progress"), ordering="progress")
    def bar(self, run: Run) -> SafeString:
        return format_html('<progress max="100" value="{0}">{0} %</progress> {0} %', run.progress)

    @admin.display(description=_("outcome"), ordering="note")
    def came_to(self, run: Run) -> str:
        return run.told

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Show the list; while something is under way the page loads itself again."""
        busy = Run.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).exists()
        may = request.user.has_perm("editing.add_run")
        response = super().changelist_view(request, {**(extra_context or {}), "may_ask": may})
        if busy:
            response.headers["Refresh"] = str(RELOAD_S)
        return response

    def ask(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Queue work on the index; needs the right to add runs."""
        if kind not in INDEX or not request.user.has_perm("editing.add_run"):
            raise PermissionDenied
        Run.objects.ask(kind, by=request.user.get_username())
        self.message_user(request, _("Asked for; the worker begins within seconds."))
        return HttpResponseRedirect(reverse("admin:editing_run_changelist"))
