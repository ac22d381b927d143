"""Addresses of the REST views. The doors on the hot path stand before Django: see `door`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from assistant.api import problems
from assistant.api.languages import preferred
from assistant.api.rest.conversations import Conversations
from assistant.api.rest.documents import Documents
from assistant.api.rest.failing import NOT_FOUND
from assistant.api.rest.faq import Faq
from assistant.api.rest.feedback import FeedbackView
from assistant.api.rest.intents import Intents
from assistant.api.rest.intentversions import IntentVersions
from assistant.api.rest.lineage import LineageView, UsesView
from assistant.errors import NotFound

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("conversations", Conversations, basename="conversation")
router.register("faq", Faq, basename="faq")
router.register("intents", Intents, basename="intent")
router.register("intent-versions", IntentVersions, basename="intent-version")
router.register("documents", Documents, basename="document")


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Tell an unknown address of the API as a problem, not as a page."""
    language = preferred(request.headers.get("Accept-Language"))
    error = NotFound(NOT_FOUND)
    openai_shape = request.path.startswith("/v1/")
    body = problems.openai_error(error, language) if openai_shape else problems.problem(error, language)
    kind = "application/json" if openai_shape else "application/problem+json"
    return HttpResponse(body, status=404, content_type=kind)


urlpatterns = [
    path("api/v1/feedback", FeedbackView.as_view(), name="feedback"),
    path("api/v1/answers/<uuid:turn>/lineage", LineageView.as_view(), name="lineage"),
    path("api/v1/documents/<uuid:document>/answers", UsesView.as_view(), name="uses"),
    path("api/v1/", include(router.urls)),
    re_path(r"^(?:api/v1|v1)/", nothing_here),
]
