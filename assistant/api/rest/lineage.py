"""`/api/v1/answers/{id}/lineage` and `/api/v1/documents/{id}/answers`: from answers to files, and back."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistant.api.rest.base import TenantView
from assistant.chat.models import Turn
from assistant.editing.models import Citation
from assistant.editing.tracing import Sentence, Source, answers_that_used, trace
from assistant.knowledge.models import Document, Revision


class SentenceShown(serializers.Serializer[Sentence]):
    """A sentence of the answer and the sources it cites."""

    text = serializers.CharField()
    cited = serializers.ListField(child=serializers.IntegerField())


class RevisionShown(serializers.ModelSerializer[Revision]):
    """The revision that was cited."""

    class Meta:
        model = Revision
        fields = ["number", "filename", "sha256", "size", "uploader", "created_at"]
        read_only_fields = fields


class SourceShown(serializers.Serializer[Source]):
    """What stands behind [n]. `passage` is null when it was not kept, or when the key's groups may not read it."""

    n = serializers.IntegerField(source="citation.n")
    used = serializers.BooleanField(source="citation.used")
    chunk = serializers.CharField(source="citation.chunk")
    document = serializers.UUIDField(source="citation.document", allow_null=True)
    title = serializers.SerializerMethodField()
    standing = serializers.ChoiceField(choices=["live", "replaced", "unpublished", "deleted", "curated", "unknown"])
    withheld = serializers.SerializerMethodField()
    page = serializers.IntegerField(allow_null=True)
    last_page = serializers.IntegerField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    last_line = serializers.IntegerField(allow_null=True)
    revision = serializers.SerializerMethodField()
    passage = serializers.SerializerMethodField()

    def get_withheld(self, source: Source) -> bool:
        """Say whether the key's groups may not read the document today."""
        return not source.readable(self.context["groups"])

    def get_title(self, source: Source) -> str | None:
        """Return the title as it was cited."""
        return None if self.get_withheld(source) else source.citation.title

    @extend_schema(responses=RevisionShown)
    def get_revision(self, source: Source) -> dict[str, Any] | None:
        """Describe the revision."""
        if source.revision is None or self.get_withheld(source):
            return None
        shown: dict[str, Any] = RevisionShown(source.revision).data
        return shown

    def get_passage(self, source: Source) -> str | None:
        """Return the passage as the answer saw it."""
        return None if self.get_withheld(source) else source.text


class LineageShown(serializers.Serializer[Any]):
    """An answer taken apart."""

    id = serializers.UUIDField(source="turn.id")
    question = serializers.CharField(source="turn.question")
    sentences = SentenceShown(many=True)
    sources = SourceShown(many=True)


class LineageView(TenantView, APIView):  # type: ignore[misc]
    """Where an answer comes from."""

    read_scope = "conversations:read"

    @extend_schema(responses=LineageShown)
    def get(self, request: Request, turn: uuid.UUID) -> Response:  # noqa: ARG002 - the framework's signature
        """Take an answer of the caller's tenant apart."""
        found = get_object_or_404(Turn, pk=turn, conversation__tenant__slug=self.caller.tenant)
        return Response(LineageShown(trace(found), context={"groups": self.caller.groups}).data)


class UseShown(serializers.ModelSerializer[Citation]):
    """An answer that a document was used for."""

    answer = serializers.UUIDField(source="turn_id")
    question = serializers.CharField(source="turn.question")
    asked_at = serializers.DateTimeField(source="turn.asked_at")

    class Meta:
        model = Citation
        fields = ["answer", "question", "asked_at", "n", "used", "revision", "page", "chunk"]
        read_only_fields = fields


class UsesView(TenantView, generics.ListAPIView[Citation]):  # type: ignore[misc]
    """The answers that used a document of the caller's tenant, the latest first."""

    read_scope = "conversations:read"
    queryset = Citation.objects.all()
    serializer_class = UseShown

    def get_queryset(self) -> QuerySet[Citation]:
        """Look among the tenant's documents that the key's groups may read; deleted ones are remembered."""
        document = get_object_or_404(Document, pk=self.kwargs["document"], tenant__slug=self.caller.tenant)
        if self.caller.groups.isdisjoint(document.access):
            return Citation.objects.none()
        return answers_that_used(self.caller.tenant, document.pk).defer("turn__answer", "turn__text")
