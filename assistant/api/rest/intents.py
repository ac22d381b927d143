"""`/api/v1/intents`: what askers want, with the examples that the classifier is trained on."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assistant.accounts.models import Language
from assistant.api.rest.base import TenantView
from assistant.intents import services
from assistant.intents.models import Example, Intent, RouteChoice, SlotKind
from assistant.knowledge.models.document import Domain

MOST_AT_ONCE = 1_000


class ExampleShown(serializers.ModelSerializer[Example]):
    """A question that has the intent."""

    class Meta:
        model = Example
        fields = ["id", "text", "language"]
        read_only_fields = ["id"]


class ExampleInput(serializers.Serializer[Any]):
    """A question that has the intent; without a language it counts for both."""

    text = serializers.CharField(max_length=1_000)
    language = serializers.ChoiceField(choices=Language.choices, required=False, default="")


class ExamplesInput(serializers.Serializer[Any]):
    """Examples to add; those that are there already are left alone."""

    examples = serializers.ListField(child=ExampleInput(), min_length=1, max_length=MOST_AT_ONCE)


class IntentShown(serializers.ModelSerializer[Intent]):
    """An intent and how many examples it has."""

    examples = serializers.IntegerField(source="example_total")

    class Meta:
        model = Intent
        fields = ["name", "route", "domain", "description", "slots", "examples", "updated_at"]
        read_only_fields = fields


class IntentInput(serializers.Serializer[Any]):
    """An intent to create; what is left out of one that is there stays as it is."""

    name = serializers.SlugField(max_length=100)
    route = serializers.ChoiceField(choices=RouteChoice.choices, required=False)
    domain = serializers.ChoiceField(choices=Domain.choices, required=False)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)
    slots = serializers.ListField(child=serializers.ChoiceField(choices=SlotKind.choices), required=False)
    examples = serializers.ListField(child=ExampleInput(), required=False, max_length=MOST_AT_ONCE)


NAME = OpenApiParameter("name", OpenApiTypes.STR, OpenApiParameter.PATH, description="The intent's name.")
ID = OpenApiParameter("example", OpenApiTypes.INT, OpenApiParameter.PATH, description="The example's number.")


class Intents(TenantView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Intent]):  # type: ignore[misc]
    """Intents of the caller's tenant. The worker trains by itself within seconds of a change."""

    read_scope = "intents:read"
    write_scope = "intents:write"
    queryset = Intent.objects.all()
    serializer_class = IntentShown
    lookup_field = "name"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Intent]:
        """Look among the tenant's."""
        mine = Intent.objects.filter(tenant__slug=self.caller.tenant)
        return mine.annotate(example_total=Count("examples")).order_by("name")

    @extend_schema(request=IntentInput, responses={201: IntentShown})
    def create(self, request: Request) -> Response:
        """Create an intent or change the one of this name, and add examples."""
        given = IntentInput(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        services.save_intent(self.tenant, fields.pop("name"), _pairs(fields.pop("examples", [])), **fields)
        shown = self.get_queryset().get(name=given.validated_data["name"])
        return Response(IntentShown(shown).data, status=status.HTTP_201_CREATED)

    @extend_schema(methods=["GET"], parameters=[NAME], responses=ExampleShown(many=True))
    @extend_schema(methods=["POST"], parameters=[NAME], request=ExamplesInput, responses={201: IntentShown})
    @action(detail=True, methods=["get", "post"], queryset=Example.objects.none())
    def examples(self, request: Request, name: str) -> Response:
        """List the examples of an intent, or add some."""
        intent = self._intent(name)
        if request.method == "GET":
            rows = self.paginate_queryset(intent.examples.order_by("id"))  # type: ignore[arg-type]  # not of intents
            return self.get_paginated_response(ExampleShown(rows, many=True).data)
        given = ExamplesInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.save_intent(self.tenant, name, _pairs(given.validated_data["examples"]))
        shown = Intents.get_queryset(self).get(name=name)
        return Response(IntentShown(shown).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[NAME, ID], responses={204: None})
    @action(detail=True, methods=["delete"], url_path="examples/<int:example>", url_name="example")
    def forget(self, request: Request, name: str, example: int) -> Response:  # noqa: ARG002 - the framework's signature
        """Remove an example."""
        services.forget_example(get_object_or_404(self._intent(name).examples, pk=example))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _intent(self, name: str) -> Intent:
        return get_object_or_404(Intent, tenant__slug=self.caller.tenant, name=name)


def _pairs(examples: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(example["text"], example["language"]) for example in examples]
