"""`/api/v1/intent-versions`: train the classifier, see how versions compare, publish one, go back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assistant.api.rest.base import TenantView
from assistant.intents import services
from assistant.intents.models import TrainedClassifier


class GateShown(serializers.Serializer[Any]):
    """A version and the one that was live before it, on questions that neither had learnt from."""

    before = serializers.IntegerField(help_text="The version compared with; 0 when there was none.")
    shared = serializers.IntegerField(help_text="Questions that both were judged on.")
    old_accuracy = serializers.FloatField(allow_null=True)
    new_accuracy = serializers.FloatField(allow_null=True)
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True, help_text="95 % interval of the gain.")
    high = serializers.FloatField(allow_null=True)
    p_worse = serializers.FloatField(allow_null=True, help_text="Probability of such a loss by noise alone.")
    passed = serializers.BooleanField()


class IntentVersionShown(serializers.Serializer[Any]):
    """A trained version."""

    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["live", "held_back", "retired"])
    fine_tuned = serializers.BooleanField()
    examples = serializers.IntegerField()
    held_out_accuracy = serializers.FloatField(allow_null=True)
    calibration_error = serializers.FloatField(allow_null=True)
    train_seconds = serializers.FloatField()
    trained_at = serializers.DateTimeField()
    went_live_at = serializers.DateTimeField(allow_null=True)
    went_live_by = serializers.CharField()
    gate = GateShown(allow_null=True)


class TrainInput(serializers.Serializer[Any]):
    """How to train."""

    fine_tune = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Left out: as the live version was trained."
    )


class PublishInput(serializers.Serializer[Any]):
    """Whether to publish a version that was held back."""

    force = serializers.BooleanField(required=False, default=False)


class IntentVersions(TenantView, viewsets.GenericViewSet[TrainedClassifier]):  # type: ignore[misc]
    """Trained versions of the caller's tenant, the newest first."""

    read_scope = "intents:read"
    write_scope = "intents:write"
    queryset = TrainedClassifier.objects.none()
    serializer_class = IntentVersionShown
    lookup_field = "version"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[TrainedClassifier]:
        """Look among the tenant's."""
        return services.versions(self.caller.tenant)

    @extend_schema(responses=IntentVersionShown(many=True))
    def list(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """List the versions."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([services.described(row) for row in rows])

    @extend_schema(responses=IntentVersionShown)
    def retrieve(self, request: Request, version: int) -> Response:  # noqa: ARG002 - the framework's signature
        """Show a version with the figures of its gate."""
        return Response(services.described(services.one(self.tenant, version)))

    @extend_schema(request=TrainInput, responses={201: IntentVersionShown})
    def create(self, request: Request) -> Response:
        """Train on the examples as they are; the result goes live when it is not worse."""
        given = TrainInput(data=request.data)
        given.is_valid(raise_exception=True)
        row = services.train_tenant(self.tenant, fine_tune=given.validated_data["fine_tune"])
        return Response(services.described(row), status=status.HTTP_201_CREATED)

    @extend_schema(request=PublishInput, responses=IntentVersionShown)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, version: int) -> Response:
        """Make a version the live one; one that was held back only with `force`."""
        given = PublishInput(data=request.data)
        given.is_valid(raise_exception=True)
        row = services.publish(self.tenant, version, by=self._who(), force=given.validated_data["force"])
        return Response(services.described(row))

    @extend_schema(request=None, responses=IntentVersionShown)
    @action(detail=False, methods=["post"])
    def rollback(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """Go back to the version that was live before the present one."""
        return Response(services.described(services.roll_back(self.tenant, by=self._who())))
