"""What the REST views share: keys, scopes, and errors as problems."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.test import APIRequestFactory

from assistant.accounts.caller import Caller
from assistant.api.buckets import Buckets, Limit
from assistant.api.rest import failing
from assistant.api.rest.authentication import HasScope, KeyAuthentication, KeyPace
from assistant.api.rest.base import Pages
from assistant.api.rest.conversations import Conversations
from assistant.api.rest.documents import Documents
from assistant.api.rest.faq import Faq
from assistant.errors import Conflict, NotAuthenticated, NotPermitted, Text, TooManyRequests


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (Conflict(Text("a", "b"), code="mine"), 409, "mine"),
        (exceptions.ValidationError({"question": ["too long"]}), 400, "invalid_input"),
        (exceptions.ParseError("broken"), 400, "invalid_input"),
        (exceptions.MethodNotAllowed("PATCH"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media"),
        (Http404(), 404, "not_found"),
        (exceptions.NotFound(), 404, "not_found"),
        (OperationalError("gone"), 503, "database_away"),
        (RuntimeError("secret"), 500, "internal"),
    ],
)
def test_every_exception_is_a_problem_without_secrets(raised: Exception, status: int, code: str) -> None:
    request = APIRequestFactory().get("/", headers={"Accept-Language": "zh"})
    response = failing.respond(raised, {"request": request})
    assert (response.status_code, response.data["code"]) == (status, code)
    assert "secret" not in str(response.data)
    assert response.content_type == "application/problem+json"


def test_nested_complaints_are_told_with_their_path() -> None:
    error = failing.as_assistant_error(exceptions.ValidationError({"variants": {"0": ["empty"]}, "key": ["taken"]}))
    assert error.text.en == "“variants.0”: empty “key”: taken"


def test_a_database_that_is_away_says_when_to_come_back() -> None:
    response = failing.respond(OperationalError("x"), {"request": APIRequestFactory().get("/")})
    assert response.headers["Retry-After"] == "2"


def caller(*scopes: str) -> Caller:
    return Caller("demo", 1, frozenset(scopes), frozenset({"public"}))


@pytest.mark.parametrize("view", [Conversations, Faq, Documents])
def test_reading_and_writing_need_their_own_scopes(view: Any) -> None:
    factory = APIRequestFactory()
    reading, writing = factory.get("/"), factory.post("/")
    made = view()
    reading.auth = writing.auth = caller(made.read_scope)  # type: ignore[attr-defined]
    assert HasScope().has_permission(reading, made)
    with pytest.raises(NotPermitted):
        HasScope().has_permission(writing, made)
    if made.write_scope:
        writing.auth = caller(made.write_scope)  # type: ignore[attr-defined]
        assert HasScope().has_permission(writing, made)


@pytest.mark.parametrize("header", [None, "", "Basic x", "Bearer ", "Bearer nonsense"])
def test_without_a_key_nobody_is_let_in(header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    with pytest.raises(NotAuthenticated):
        KeyAuthentication().authenticate(APIRequestFactory().get("/", headers=headers))


def test_pages_are_bounded() -> None:
    assert (Pages.default_limit, Pages.max_limit) == (20, 100)


@pytest.mark.parametrize("view", [Conversations, Faq, Documents])
def test_a_key_that_asks_without_pause_is_told_when_to_come_back(view: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyPace, "buckets", Buckets(Limit(rate=0.5, burst=2)))
    request = APIRequestFactory().get("/")
    request.auth = caller()  # type: ignore[attr-defined]
    (pace,) = view().get_throttles()
    assert [pace.allow_request(request, view()) for _ in range(2)] == [True, True]
    with pytest.raises(TooManyRequests) as told:
        pace.allow_request(request, view())
    answer = failing.respond(told.value, {"request": request})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
