"""Curated answers in the admin: edited, reviewed, approved; what is approved is live when the page comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from assistant.errors import AssistantError
from assistant.faq import approval, placeholders, services
from assistant.faq.models import EntryState, FaqEntry, FaqSettings, FaqValue
from assistant.knowledge.admin.forms import WordsField

MOMENTS = ("publish_at", "valid_from", "valid_until")
REVIEWED = frozenset({"question", "variants", "answer", "language"})
"""Fields whose change has to be approved."""


def in_language(error: AssistantError) -> str:
    """Tell an error in the editor's language."""
    return error.text.of(get_language() or "en")


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Read lines as a list, empty ones left out."""
        return _lines(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the lists: lines as they were shown are no edit that somebody has to approve."""
        return list(initial or []) != _lines(data or "")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class FaqEntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """Variants one a line; tags and groups with commas."""

    variants = LinesField(label=_("other ways to ask"), required=False, help_text=_("One a line."))
    tags = WordsField(label=_("tags"), required=False)
    access = WordsField(label=_("access groups"), initial="public")
    for_review = forms.BooleanField(label=_("send for review when saved"), required=False, initial=True)

    class Meta:
        model = FaqEntry
        fields = [
            "tenant", "key", "language", "domain", "intent", "question", "variants", "answer", "source", "tags",
            "access", "published", "publish_at", "valid_from", "valid_until",
        ]  # fmt: skip
        field_classes: ClassVar = dict.fromkeys(MOMENTS, forms.SplitDateTimeField)
        widgets: ClassVar = dict.fromkeys(MOMENTS, AdminSplitDateTime)
        help_texts: ClassVar = {
            "answer": _("Markdown. {{ name }} stands for the value of that placeholder."),
            "variants": _("One a line."),
        }

    def clean_variants(self) -> list[str]:
        """Refuse wordings that are too long to be a question."""
        variants: list[str] = self.cleaned_data["variants"]
        if any(len(variant) > 500 for variant in variants):
            raise forms.ValidationError(_("A way to ask has at most 500 characters."))
        return variants

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                services.check(self.instance)
            except AssistantError as error:
                self.add_error(None, in_language(error))


@admin.register(FaqEntry)
class FaqEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = FaqEntryForm
    list_display = ["question", "key", "language", "domain", "state", "published", "hits", "updated_at"]
    list_filter = ["tenant", "language", "domain", "state", "published"]
    search_fields = ["question", "variants", "answer", "key"]
    readonly_fields = ["state", "author", "approver", "hits", "created_at", "updated_at"]
    actions = ["submit", "approve", "send_back", "publish", "withdraw"]

    def save_model(self, request: HttpRequest, obj: FaqEntry, form: Any, change: bool) -> None:
        if change and not REVIEWED.intersection(form.changed_data):
            services.save(obj)
        else:
            approval.edited(obj, request.user)  # type: ignore[arg-type]
        if form.cleaned_data["for_review"]:
            approval.submit(obj)
        if obj.state != EntryState.APPROVED:
            before = now_("Until then customers get what was approved before.") if obj.served else ""
            self.message_user(
                request,
                now_("This edit is not served until another person approves it.") + " " + before,
                messages.WARNING,
            )

    def delete_model(self, request: HttpRequest, obj: FaqEntry) -> None:
        services.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[FaqEntry]) -> None:
        chosen = list(queryset)
        for number, entry in enumerate(chosen, 1):
            services.delete(entry, wait=number == len(chosen))

    @admin.action(description=_("Send the chosen entries for review"), permissions=["change"])
    def submit(self, request: HttpRequest, chosen: QuerySet[FaqEntry]) -> None:
        self._each(request, chosen, approval.submit)

    @admin.action(description=_("Approve the chosen entries"))
    def approve(self, request: HttpRequest, chosen: QuerySet[FaqEntry]) -> None:
        self._each(request, chosen, lambda entry: approval.approve(entry, request.user))  # type: ignore[arg-type]

    @admin.action(description=_("Send the chosen entries back to their editors"))
    def send_back(self, request: HttpRequest, chosen: QuerySet[FaqEntry]) -> None:
        self._each(request, chosen, lambda entry: approval.send_back(entry, request.user))  # type: ignore[arg-type]

    @admin.action(description=_("Publish the chosen entries"), permissions=["change"])
    def publish(self, request: HttpRequest, chosen: QuerySet[FaqEntry]) -> None:
        self._each(request, chosen, lambda entry: _switched(entry, on=True))

    @admin.action(description=_("Withdraw the chosen entries"), permissions=["change"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[FaqEntry]) -> None:
        self._each(request, chosen, lambda entry: _switched(entry, on=False))

    def _each(self, request: HttpRequest, chosen: QuerySet[FaqEntry], act: Callable[[FaqEntry], object]) -> None:
        done = 0
        for entry in chosen:
            try:
                act(entry)
            except AssistantError as error:
                self.message_user(request, f"{entry}: {in_language(error)}", messages.ERROR)
            else:
                done += 1
        if done:
            self.message_user(request, now_("Entries changed: %(count)d.") % {"count": done})


def _switched(entry: FaqEntry, *, on: bool) -> FaqEntry:
    entry.published = on
    return services.save(entry)


class FaqValueForm(forms.ModelForm):  # type: ignore[type-arg]
    """At least one language has a value."""

    class Meta:
        model = FaqValue
        fields = ["tenant", "name", "value_en", "value_zh"]

    def clean(self) -> dict[str, Any]:
        """Refuse a placeholder without a value."""
        found: dict[str, Any] = super().clean() or {}
        if not (found.get("value_en", "").strip() or found.get("value_zh", "").strip()):
            raise forms.ValidationError(placeholders.EMPTY.of(get_language() or "en"))
        return found


@admin.register(FaqValue)
class FaqValueAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = FaqValueForm
    list_display = ["__str__", "value_en", "value_zh", "tenant"]
    list_filter = ["tenant"]

    def get_readonly_fields(self, request: HttpRequest, obj: FaqValue | None = None) -> list[str]:
        """Keep the name: answers use it."""
        return ["tenant", "name"] if obj is not None else []

    def save_model(self, request: HttpRequest, obj: FaqValue, form: Any, change: bool) -> None:
        placeholders.save(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name the answers that use a placeholder before anybody confirms: the page then offers no deletion."""
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)
        used = [f"{value}: {entry.key} ({entry.language})" for value in objs for entry in placeholders.users(value)]
        return shown, counts, lacking, [*protected, *used]

    def delete_model(self, request: HttpRequest, obj: FaqValue) -> None:
        placeholders.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[FaqValue]) -> None:
        for value in queryset:
            self.delete_model(request, value)


@admin.register(FaqSettings)
class FaqSettingsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["tenant", "name_fallback"]

    def save_model(self, request: HttpRequest, obj: FaqSettings, form: Any, change: bool) -> None:
        services.configure(obj)
