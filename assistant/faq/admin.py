"""Curated answers in the admin: saved is live."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.faq import services
from assistant.faq.models import CalibrationPair, FaqEntry, ThresholdCertificate
from assistant.knowledge.admin.forms import WordsField


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Read lines as a list, empty ones left out."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class FaqEntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """Variants one a line; tags and groups with commas."""

    variants = LinesField(label=_("other ways to ask"), required=False, help_text=_("One a line."))
    tags = WordsField(label=_("tags"), required=False)
    access = WordsField(label=_("access groups"), initial="public")

    class Meta:
        model = FaqEntry
        fields = [
            "tenant", "key", "language", "domain", "intent", "question", "variants", "answer", "source", "tags",
            "access", "published",
        ]  # fmt: skip

    def clean_variants(self) -> list[str]:
        """Refuse wordings that are too long to be a question."""
        variants: list[str] = self.cleaned_data["variants"]
        if any(len(variant) > 500 for variant in variants):
            raise forms.ValidationError(_("A way to ask has at most 500 characters."))
        return variants


@admin.register(FaqEntry)
class FaqEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = FaqEntryForm
    list_display = ["question", "key", "language", "domain", "published", "hits", "updated_at"]
    list_filter = ["tenant", "language", "domain", "published"]
    search_fields = ["question", "variants", "answer", "key"]
    readonly_fields = ["hits", "created_at", "updated_at"]
    actions = ["publish", "withdraw"]

    def save_model(self, request: HttpRequest, obj: FaqEntry, form: Any, change: bool) -> None:
        services.save(obj)

    def delete_model(self, request: HttpRequest, obj: FaqEntry) -> None:
        services.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[FaqEntry]) -> None:
        for entry in queryset:
            services.delete(entry)

    @admin.action(description=_("Publish the chosen entries"))
    def publish(self, request: HttpRequest, chosen: QuerySet[FaqEntry]) -> None:
        self._set(chosen, published=True)

    @admin.action(description=_("Withdraw the chosen entries"))
    def withdraw(self, request: HttpRequest, chosen: QuerySet[FaqEntry]) -> None:
        self._set(chosen, published=False)

    def _set(self, chosen: QuerySet[FaqEntry], *, published: bool) -> None:
        for entry in chosen:
            entry.published = published
            services.save(entry)


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
        "tenant", "language", "domain", "threshold", "origin", "bound", "upper", "false_hits", "different", "same",
        "hit_rate", "issued_at",
    ]  # fmt: skip
    list_filter = ["tenant", "language", "domain", "origin"]


@admin.register(CalibrationPair)
class CalibrationPairAdmin(ReadOnlyAdmin):
    list_display = ["question_a", "question_b", "same", "language", "domain", "origin", "created_at"]
    list_filter = ["tenant", "language", "domain", "origin", "same"]
    search_fields = ["question_a", "question_b"]
