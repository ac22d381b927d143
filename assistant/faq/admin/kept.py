"""Generated answers that are kept, in the admin: what they say, what they lean on, and how to be rid of one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from assistant.faq.admin.certified import ReadOnlyAdmin
from assistant.faq.models import GeneratedAnswer
from assistant.knowledge.models import Chunk


@admin.register(GeneratedAnswer)
class GeneratedAnswerAdmin(ReadOnlyAdmin):
    """Looked at; withdrawn as wrong, or dropped by deleting. Either holds for the next question, in every process."""

    list_display = ["question", "tenant", "language", "domain", "hits", "standing", "created_at", "expires_at"]
    list_filter = ["tenant", "language", "domain", "withdrawn"]
    search_fields = ["question"]
    fields = [
        "question", "answer", "evidence", "standing", "tenant", "groups", "language", "domain", "model", "prompts",
        "seconds", "hits", "withdrawn", "created_at", "expires_at",
    ]  # fmt: skip
    readonly_fields = ["answer", "evidence", "standing"]
    actions = ["withdraw"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[GeneratedAnswer]:
        """Say of each row in the same statement whether it stands."""
        return GeneratedAnswer.objects.judged().select_related("tenant")

    @admin.display(description=_("is served"), boolean=True)
    def standing(self, row: GeneratedAnswer) -> bool:
        """Say whether the next question may get it: not expired, not withdrawn, its evidence as it was."""
        return bool(getattr(row, "stands", False))

    @admin.display(description=_("answer"))
    def answer(self, row: GeneratedAnswer) -> str:
        """Return what is served."""
        return str(row.body.get("text", ""))

    @admin.display(description=_("leans on"))
    def evidence(self, row: GeneratedAnswer) -> str:
        """List the chunks by the title that their document had, and say which are no longer what they were."""
        leant = list(row.evidence.order_by("pk"))
        now = dict(Chunk.objects.filter(pk__in=[e.chunk for e in leant]).values_list("pk", "revision__sha256"))
        shown = ((e.title, e.chunk, self._state(now.get(e.chunk), e.checksum)) for e in leant)
        return format_html_join(mark_safe("<br>"), "{} · {} · {}", shown) or "-"

    @staticmethod
    def _state(now: str | None, then: str) -> str:
        if now is None:
            return now_("gone")
        return now_("unchanged") if now == then else now_("changed")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those drop an answer who may delete; the next asker gets a new one."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @admin.action(description=_("Withdraw as wrong: never keep an answer to these words again"))
    def withdraw(self, request: HttpRequest, chosen: QuerySet[GeneratedAnswer]) -> None:
        if not request.user.has_perm("faq.change_generatedanswer"):
            raise PermissionDenied
        rows = GeneratedAnswer.objects.filter(pk__in=[row.pk for row in chosen], withdrawn=False)
        for row in (withdrawn := list(rows)):
            self.log_change(request, row, "withdrawn as wrong")
        rows.update(withdrawn=True)
        self.message_user(request, now_("Answers withdrawn: %(count)d.") % {"count": len(withdrawn)})
