"""Ingestion jobs: what the worker did and why something failed."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistant.knowledge import ingestion
from assistant.knowledge.models import IngestionJob


@admin.register(IngestionJob)
class IngestionJobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["revision", "state", "progress", "attempts", "error_text", "created_at", "finished_at"]
    list_filter = ["state"]
    list_select_related = ["revision"]
    actions = ["cancel"]
    readonly_fields = [
        "revision", "state", "progress", "attempts", "worker", "error_text", "run_after", "created_at", "finished_at",
    ]  # fmt: skip
    fields = readonly_fields  # type: ignore[assignment]  # the stubs want a wider list

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: IngestionJob | None = None) -> bool:
        return False

    @admin.action(description=_("Cancel the chosen jobs"), permissions=["change"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[IngestionJob]) -> None:
        done = sum(ingestion.cancel(job) for job in chosen)
        self.message_user(request, _("Cancelled: %(count)d; the others had ended.") % {"count": done})

    @admin.display(description=_("what went wrong"))
    def error_text(self, job: IngestionJob) -> str:
        return job.error(get_language() or "en") or "-"
