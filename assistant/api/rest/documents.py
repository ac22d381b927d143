"""`/api/v1/documents`: upload, list, look at, replace, delete. What was uploaded is searched as soon as it was read."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.parsers import MultiPartParser

from assistant.accounts.models import Language
from assistant.api.languages import preferred
from assistant.api.rest.base import TenantView
from assistant.api.rest.imports import ZipImport
from assistant.knowledge import services
from assistant.knowledge.models import Document
from assistant.knowledge.models.document import Domain


class DocumentShown(serializers.ModelSerializer[Document]):
    """A document: `state` is pending until it was read, then live, or failed with `error`."""

    revision = serializers.IntegerField(source="revision.number", read_only=True, allow_null=True, default=None)
    error = serializers.SerializerMethodField()

    class Meta:
        model = Document
        fields = [
            "id",
            "title",
            "filename",
            "domain",
            "language",
            "access",
            "tags",
            "owner",
            "url",
            "origin",
            "state",
            "revision",
            "checksum",
            "error_code",
            "error",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_error(self, document: Document) -> str:
        """Say in the reader's language why it could not be read."""
        return document.error(preferred(self.context["request"].headers.get("Accept-Language")))


class Upload(serializers.Serializer[Document]):
    """A file and what to know about it."""

    file = serializers.FileField(allow_empty_file=True)
    title = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    domain = serializers.ChoiceField(choices=Domain.choices, default=Domain.GENERAL)
    language = serializers.ChoiceField(choices=Language.choices, required=False, default=None, allow_null=True)
    access = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, default=lambda: ["public"]
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=100), required=False, default=list)
    owner = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    url = serializers.URLField(max_length=500, required=False, allow_blank=True, default="")

    def create(self, validated_data: dict[str, Any]) -> Document:
        """Take the file."""
        view = self.context["view"]
        file: UploadedFile = validated_data.pop("file")
        name, data = file.name or "upload", file.read()
        return services.add_document(view.tenant, name, data, uploader=f"key {view.caller.key_id}", **validated_data)

    def update(self, instance: Document, validated_data: dict[str, Any]) -> Document:
        """Add a revision."""
        file: UploadedFile = validated_data["file"]
        uploader = f"key {self.context['view'].caller.key_id}"
        services.replace(instance, file.name or instance.filename, file.read(), uploader=uploader)
        return instance

    def to_representation(self, instance: Document) -> dict[str, Any]:
        """Answer as the other methods do."""
        shown: dict[str, Any] = DocumentShown(instance, context=self.context).data
        return shown


class Replacement(Upload):
    """A new revision of the file; what is known about the document stays."""

    title = domain = language = access = tags = owner = url = None  # type: ignore[assignment]


@extend_schema_view(
    create=extend_schema(request={"multipart/form-data": Upload}, responses={201: DocumentShown}),
    update=extend_schema(request={"multipart/form-data": Replacement}, responses={200: DocumentShown}),
)
class Documents(  # type: ignore[misc]
    ZipImport,
    TenantView,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.ReadOnlyModelViewSet[Document],
):
    """Documents of the caller's tenant, the last changed first."""

    read_scope = "documents:read"
    write_scope = "documents:write"
    queryset = Document.objects.all()
    parser_classes = [MultiPartParser]
    http_method_names = ["get", "post", "put", "delete", "head", "options"]
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Document]:
        """Look among the tenant's that the key's groups may read, deleted ones left out."""
        return self.readable(Document.objects.of(self.caller.tenant)).select_related("revision")

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Document]]:
        """Take an upload, show a document."""
        kinds: dict[str, type[serializers.BaseSerializer[Document]]] = {"create": Upload, "update": Replacement}
        return kinds.get(self.action or "", DocumentShown)

    def perform_destroy(self, instance: Document) -> None:
        """Take it out of every search."""
        services.delete(instance)
