"""`GET /api/v1/conversations` and `/api/v1/conversations/{id}`."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from rest_framework import serializers, viewsets

from assistant.api.rest.base import TenantView
from assistant.chat.models import Conversation, Handoff, Turn


class TurnShown(serializers.ModelSerializer[Turn]):
    """A question and its answer."""

    class Meta:
        model = Turn
        fields = [
            "id",
            "question",
            "text",
            "status",
            "code",
            "layer",
            "intent",
            "domain",
            "language",
            "total_ms",
            "asked_at",
        ]
        read_only_fields = fields


class HandoffShown(serializers.ModelSerializer[Handoff]):
    """A call for a human."""

    class Meta:
        model = Handoff
        fields = ["reason", "state", "requested_at"]
        read_only_fields = fields


class ConversationShown(serializers.ModelSerializer[Conversation]):
    """A conversation in a list."""

    turn_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Conversation
        fields = ["id", "title", "channel", "language", "created_at", "updated_at", "turn_count"]
        read_only_fields = fields


class ConversationWhole(ConversationShown):
    """A conversation with its turns, oldest first, and its hand-overs, newest first."""

    turns = TurnShown(many=True, read_only=True)
    handoffs = HandoffShown(many=True, read_only=True)

    class Meta(ConversationShown.Meta):
        fields = [*ConversationShown.Meta.fields, "turns", "handoffs"]
        read_only_fields = fields


class Conversations(TenantView, viewsets.ReadOnlyModelViewSet[Conversation]):  # type: ignore[misc]
    """Conversations of the caller's tenant, the latest first. Turns appear here a second or two after they ended."""

    read_scope = "conversations:read"
    queryset = Conversation.objects.all()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Conversation]:
        """Look among the tenant's."""
        found = Conversation.objects.of(self.caller.tenant).annotate(turn_count=Count("turns"))
        return found.prefetch_related("turns", "handoffs") if self.action == "retrieve" else found

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Conversation]]:
        """Show turns only in the detail."""
        return ConversationWhole if self.action == "retrieve" else ConversationShown
