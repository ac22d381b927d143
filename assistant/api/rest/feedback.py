"""`POST /api/v1/feedback`: a thumb, and what would have been right."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistant.api.rest.base import TenantView
from assistant.chat import feedback
from assistant.chat.feedback import Opinion
from assistant.chat.models import Rating


class FeedbackInput(serializers.Serializer[None]):
    """What somebody thinks of the answer `answer_id` (the `id` of the JSON answer)."""

    answer_id = serializers.UUIDField()
    rating = serializers.ChoiceField(choices=Rating.choices)
    correction = serializers.CharField(required=False, allow_blank=True, max_length=4_000)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=1_000)


class FeedbackTaken(serializers.Serializer[None]):
    """How many cached answers were withdrawn because of it."""

    withdrawn = serializers.IntegerField()


class FeedbackView(TenantView, APIView):  # type: ignore[misc]
    """Take feedback from whoever may ask."""

    read_scope = "ask"
    write_scope = "ask"

    @extend_schema(request=FeedbackInput, responses={201: FeedbackTaken})
    def post(self, request: Request) -> Response:
        """Write feedback down; the last word about an answer counts."""
        given = FeedbackInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        opinion = Opinion(Rating(values["rating"]), values.get("correction", ""), values.get("reason", ""))
        withdrawn = feedback.give(self.caller.tenant, values["answer_id"], opinion)
        return Response({"withdrawn": withdrawn}, status=status.HTTP_201_CREATED)
