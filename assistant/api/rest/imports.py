"""`POST /api/v1/documents/import`: a zip of documents; again, it touches only what changed."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assistant.accounts.models import Language
from assistant.api.languages import preferred
from assistant.api.rest.base import TenantView
from assistant.knowledge.imports.archive import Archive
from assistant.knowledge.imports.bringing import Manner, bring, counts
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.types import Outcome, What
from assistant.knowledge.models.document import Domain


def _words() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=100), required=False)


class ZipUpload(serializers.Serializer[Any]):
    """A zip and what to know about all its files; `manifest.csv` in it says more about single ones."""

    file = serializers.FileField()
    name = serializers.CharField(
        max_length=200, required=False, help_text="What this collection is called; its file name if left out."
    )
    domain = serializers.ChoiceField(choices=Domain.choices, required=False)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    access = _words()
    tags = _words()
    owner = serializers.CharField(max_length=200, required=False)
    licence = serializers.CharField(max_length=500, required=False)
    valid_from = serializers.DateTimeField(required=False)
    valid_until = serializers.DateTimeField(required=False)
    withdraw_vanished = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        begin, end = attrs.get("valid_from"), attrs.get("valid_until")
        if begin and end and end <= begin:
            raise serializers.ValidationError({"valid_until": "It ends before it begins."})
        return attrs


class ImportedFile(serializers.Serializer[Any]):
    """What became of a file."""

    path = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[what.value for what in What])
    code = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    document = serializers.UUIDField(allow_null=True)


class Imported(serializers.Serializer[Any]):
    """How many files had each outcome, and each file."""

    counts = serializers.DictField(child=serializers.IntegerField())
    files = ImportedFile(many=True)


class ZipImport(TenantView):
    """Mixin: the zip import beside the documents."""

    @extend_schema(request={"multipart/form-data": ZipUpload}, responses={200: Imported})
    @action(detail=False, methods=["post"], url_path="import", url_name="import", pagination_class=None)
    def bring_in(self, request: Request) -> Response:
        """Import a zip. One bad file stops no other; what each became is in the answer."""
        upload = ZipUpload(data=request.data)
        upload.is_valid(raise_exception=True)
        said = dict(upload.validated_data)
        file: UploadedFile = said.pop("file")
        place = Archive(file, said.pop("name", None) or file.name or "upload.zip")
        withdraw = said.pop("withdraw_vanished")
        manner = Manner(Given.model_validate(said), f"key {self.caller.key_id}", withdraw)
        outcomes = list(bring(place, self.tenant, manner))
        language = preferred(request.headers.get("Accept-Language"))
        return Response({"counts": counts(outcomes), "files": [_shown(outcome, language) for outcome in outcomes]})


def _shown(outcome: Outcome, language: str) -> dict[str, Any]:
    return {
        "path": outcome.path,
        "outcome": outcome.what.value,
        "code": outcome.code or None,
        "reason": outcome.text.of(language) if outcome.text else None,
        "document": outcome.document,
    }
