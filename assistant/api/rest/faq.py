"""`/api/v1/faq`: curated answers. What is saved here as approved is what is answered once the call returns."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from assistant.api.rest.base import TenantView
from assistant.errors import Conflict, NotPermitted, Text
from assistant.faq import services
from assistant.faq.models import EntryState, FaqEntry

TAKEN = Text(
    en="There is an entry with this key and language already. Change that one, or choose another key.",
    zh="已存在相同 key 和语言的条目。请修改该条目，或使用其他 key。",
)


BY_PEOPLE = Text(
    en="This entry waits for approval, which a person gives in the admin.",
    zh="该条目正在等待批准，须由人员在管理后台批准。",
)


class FaqShown(serializers.ModelSerializer[FaqEntry]):
    """A curated answer."""

    variants = serializers.ListField(child=serializers.CharField(max_length=500), required=False, max_length=100)
    tags = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=50)
    access = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, min_length=1, max_length=50
    )

    class Meta:
        model = FaqEntry
        fields = [
            "id",
            "key",
            "language",
            "domain",
            "intent",
            "question",
            "variants",
            "answer",
            "source",
            "tags",
            "access",
            "published",
            "state",
            "publish_at",
            "valid_from",
            "valid_until",
            "hits",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "hits", "created_at", "updated_at"]

    def create(self, validated_data: dict[str, Any]) -> FaqEntry:
        """Make an entry. Raises Conflict when key and language are taken."""
        return self._saved(FaqEntry(tenant=self.context["view"].tenant, **validated_data))

    def update(self, instance: FaqEntry, validated_data: dict[str, Any]) -> FaqEntry:
        """Change an entry. Raises NotPermitted when it would approve what waits for a person's approval."""
        if instance.state != EntryState.APPROVED and validated_data.get("state") == EntryState.APPROVED:
            raise NotPermitted(BY_PEOPLE, code="approved_by_people")
        for name, value in validated_data.items():
            setattr(instance, name, value)
        return self._saved(instance)

    def _saved(self, entry: FaqEntry) -> FaqEntry:
        try:
            return services.save(entry)
        except IntegrityError as error:
            raise Conflict(TAKEN, code="faq_key_taken") from error


class Faq(TenantView, viewsets.ModelViewSet[FaqEntry]):  # type: ignore[misc]
    """Curated answers of the caller's tenant."""

    read_scope = "faq:read"
    write_scope = "faq:write"
    queryset = FaqEntry.objects.all()
    serializer_class = FaqShown
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[FaqEntry]:
        """Look among the tenant's that the key's groups may read."""
        return self.readable(FaqEntry.objects.of(self.caller.tenant))

    def perform_destroy(self, instance: FaqEntry) -> None:
        """Remove an entry."""
        services.delete(instance)
