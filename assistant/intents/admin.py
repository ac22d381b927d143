"""Intents and examples in the admin; the worker trains by itself after a change, and at once by the action."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Tenant
from assistant.errors import AssistantError
from assistant.intents import services
from assistant.intents.conflict_pages import ConflictPages
from assistant.intents.models import Example, Intent, SlotKind, TrainedClassifier
from assistant.intents.picture import picture
from assistant.knowledge.admin.shown import percent


class ExampleInline(admin.TabularInline):  # type: ignore[type-arg]
    """The examples of an intent."""

    model = Example
    fields = ["text", "language"]
    extra = 3


class IntentForm(forms.ModelForm):  # type: ignore[type-arg]
    """An intent, its slots as boxes to tick."""

    slots = forms.MultipleChoiceField(
        label=_("slots"), choices=SlotKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Intent
        exclude: ClassVar[list[str]] = []


@admin.register(Intent)
class IntentAdmin(ConflictPages, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "tenant", "route", "domain", "example_count", "updated_at"]
    list_filter = ["tenant", "route", "domain"]
    search_fields = ["name", "description", "examples__text"]
    inlines = [ExampleInline]
    actions = ["train_now"]
    change_list_template = "admin/intents/intents.html"
    readonly_fields = ["conflicting"]
    form = IntentForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Intent]:
        found: QuerySet[Intent] = super().get_queryset(request)
        return found.annotate(example_total=Count("examples"))

    @admin.display(description=_("examples"), ordering="example_total")
    def example_count(self, intent: Any) -> int:
        return int(intent.example_total)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.forget_stale_vectors(form.instance)
        services.changed(form.instance.tenant)

    def delete_model(self, request: HttpRequest, obj: Intent) -> None:
        tenant = obj.tenant
        super().delete_model(request, obj)
        services.changed(tenant)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Intent]) -> None:
        tenants = {intent.tenant for intent in queryset.select_related("tenant")}
        super().delete_queryset(request, queryset)
        for tenant in tenants:
            services.changed(tenant)

    @admin.action(description=_("Train now, with the examples of the chosen intents' tenants"), permissions=["change"])
    def train_now(self, request: HttpRequest, chosen: QuerySet[Intent]) -> None:
        for tenant in Tenant.objects.filter(intents__in=chosen.values("pk")).distinct():
            try:
                self._show(request, services.train_tenant(tenant))
            except AssistantError as error:
                self.message_user(request, error.text.of(get_language() or "en"), messages.ERROR)

    def _show(self, request: HttpRequest, row: TrainedClassifier) -> None:
        held_out = "-" if row.held_out_accuracy is None else f"{row.held_out_accuracy:.1%}"
        text = _(
            "%(tenant)s: trained on %(examples)d examples in %(seconds).1f s; right on held-out ones: %(held_out)s"
        )
        if not row.live:
            text = _(
                "%(tenant)s: trained on %(examples)d examples, but the earlier version stays live: on the questions "
                "that both have held out it was better. See the trained classifiers for the figures."
            )
        facts = {"tenant": row.tenant, "examples": row.examples, "seconds": row.train_seconds, "held_out": held_out}
        self.message_user(request, text % facts)


@admin.register(TrainedClassifier)
class TrainedClassifierAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The versions: which is live, how it compared with the one before, and the way back."""

    list_display = [
        "tenant",
        "version",
        "live",
        "fine_tuned",
        "examples",
        percent(TrainedClassifier, "held_out_accuracy"),
        "comparison",
        "created_at",
    ]
    list_filter = ["tenant", "live"]
    exclude = ["weights", "outcomes", "gate", "report"]
    readonly_fields = [
        "tenant",
        "version",
        "live",
        "encoder",
        "fine_tuned",
        "examples",
        "held_out_accuracy",
        "comparison",
    ]
    readonly_fields += ["confusions", "train_seconds", "went_live_at", "went_live_by"]
    actions = ["make_live"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainedClassifier]:
        return super().get_queryset(request).defer("weights", "outcomes")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("compared with the one before"))
    def comparison(self, row: TrainedClassifier) -> str:
        gate = row.gate or {}
        if not gate.get("shared"):
            return "-"
        return f"{gate['old_accuracy']:.1%} → {gate['new_accuracy']:.1%} (n={gate['shared']}, p={gate['p_worse']:.3f})"

    @admin.display(description=_("confusions of held-out examples"))
    def confusions(self, row: TrainedClassifier) -> SafeString:
        return picture(row.report, get_language() or "en")

    @admin.action(description=_("Make this version the live one"), permissions=["change"])
    def make_live(self, request: HttpRequest, chosen: QuerySet[TrainedClassifier]) -> None:
        for row in chosen.select_related("tenant").order_by("version"):
            services.go_live(row.tenant, row.version, by=request.user.get_username())
            self.message_user(request, _("%(row)s is live.") % {"row": row})
