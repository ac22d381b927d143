"""Tenants and API keys in the admin. The clear text of a key is shown once, in the message after it was made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.accounts import keys
from assistant.accounts.models import ApiKey, Tenant
from assistant.accounts.scopes import Scope


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "slug", "language", "created_at"]
    search_fields = ["name", "slug"]


class ApiKeyForm(ModelForm):  # type: ignore[type-arg]
    """Scopes as tick boxes."""

    scopes = forms.MultipleChoiceField(label=_("scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ApiKey
        fields = ["tenant", "name", "scopes", "groups", "expires_at"]


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = ApiKeyForm
    list_display = ["name", "tenant", "shown_prefix", "scopes", "expires_at", "revoked_at", "last_used_at"]
    list_filter = ["tenant"]
    search_fields = ["name", "prefix"]
    readonly_fields = ["shown_prefix", "created_at", "revoked_at", "last_used_at"]
    actions = ["revoke", "rotate"]

    @admin.display(description=_("API key"), ordering="prefix")
    def shown_prefix(self, key: ApiKey) -> str:
        return f"ak_{key.prefix}_…" if key.prefix else "-"

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            keys.changed()
            return
        made, clear = keys.create(obj.tenant, obj.name, obj.scopes, groups=obj.groups, expires_at=obj.expires_at)
        obj.pk, obj.prefix, obj.digest, obj.created_at = made.pk, made.prefix, made.digest, made.created_at
        self._show(request, clear)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Keys are revoked, not deleted: the record of who could ask stays."""
        return False

    @admin.action(description=_("Revoke the chosen keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        for key in chosen:
            keys.revoke(key)
        self.message_user(request, _("Revoked; they stop working within a second."))

    @admin.action(description=_("Rotate: make a successor, keep the old key for one more day"), permissions=["add"])
    def rotate(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        for key in chosen:
            self._show(request, keys.rotate(key))

    def _show(self, request: HttpRequest, clear: str) -> None:
        text = _("Copy the key now, it is shown only this once: %(key)s") % {"key": clear}
        self.message_user(request, text, messages.WARNING)
