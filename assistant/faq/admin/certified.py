"""What thresholds rest on, in the admin: certificates, verifiers of tenants, and the pairs that people judged."""

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

from assistant.accounts.models import Tenant
from assistant.faq import calibration, personal
from assistant.faq.models import CalibrationPair, ThresholdCertificate, VerifierVersion
from assistant.knowledge.admin.shown import percent, rounded


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shown, never edited: what is certified follows from pairs, not from hands."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ThresholdCertificate)
class ThresholdCertificateAdmin(ReadOnlyAdmin):
    list_display = [
        "tenant", "language", "domain", rounded(ThresholdCertificate, "threshold"), "origin",
        percent(ThresholdCertificate, "bound"), percent(ThresholdCertificate, "upper", 2), "false_hits", "different",
        "same", percent(ThresholdCertificate, "hit_rate"), "asked", "crossed", "issued_at",
    ]  # fmt: skip
    list_filter = ["tenant", "language", "domain", "origin"]
    exclude = ["crossings"]
    readonly_fields = ["bounded", "alike"]

    @admin.display(description=_("what it says"))
    def bounded(self, row: ThresholdCertificate) -> str:
        """Say which questions the bound is about, and whether the tenant's own entries made it stricter."""
        if row.threshold is None:
            return now_("No threshold could be certified: only equal words are served.")
        said = now_(
            "Of pairs of questions like those it was issued on and called different, at most %(upper)s are served. It "
            "says nothing of questions of another kind."
        ) % {"upper": f"{100 * row.upper:.2f} %"}
        raised = now_("The threshold was raised, because your entries would have answered each other's questions.")
        return f"{said} {raised}" if row.lent is not None and row.threshold > row.lent else said

    @admin.display(description=_("entries that answer each other's questions, from this score downwards"))
    def alike(self, row: ThresholdCertificate) -> str:
        """List the pairs that an editor may want to tell apart or make one entry."""
        shown = ((f"{score:.2f}", asked, answered) for asked, answered, score in row.crossings)
        return format_html_join(mark_safe("<br>"), "{} · {} · {}", shown) or "-"


@admin.register(VerifierVersion)
class VerifierVersionAdmin(ReadOnlyAdmin):
    """What tenants' feedback corrects in the verifier: the figures, and the way back to the shipped one."""

    list_display = [
        "tenant", "number", "live", "pairs", "same",
        *(rounded(VerifierVersion, name) for name in ("auc_before", "auc_after", "loss_before", "loss_after")),
        "created_at",
    ]  # fmt: skip
    list_filter = ["tenant", "live"]
    actions = ["shipped_alone"]

    @admin.action(description=_("Judge by the shipped verifier alone, until there is new feedback"))
    def shipped_alone(self, request: HttpRequest, chosen: QuerySet[VerifierVersion]) -> None:
        if not self.has_view_permission(request) or not request.user.has_perm("faq.change_verifierversion"):
            raise PermissionDenied
        for tenant in Tenant.objects.filter(verifiers__in=chosen.values("pk")).distinct():
            personal.retire(tenant)
        self.message_user(request, now_("The certificates follow within a minute."))


@admin.register(CalibrationPair)
class CalibrationPairAdmin(ReadOnlyAdmin):
    """Looked at, and taken back by deleting: the questions may be served for one another again."""

    list_display = ["question_a", "question_b", "same", "entry", "language", "domain", "origin", "judged_at"]
    list_filter = ["tenant", "language", "domain", "origin", "same"]
    search_fields = ["question_a", "question_b", "entry__question"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: CalibrationPair) -> None:
        calibration.forget([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CalibrationPair]) -> None:
        calibration.forget(queryset.select_related("tenant"))
