"""Errors on the wire."""

from __future__ import annotations

import json

import pytest

from assistant import errors
from assistant.api import problems
from assistant.api.errors import MethodNotAllowed
from assistant.errors import AssistantError, NotAuthenticated, Text, TooManyRequests, Unavailable

TEXT = Text("Wait.", "请稍候。")
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssistantError)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_error_is_a_problem_with_its_members(kind: type[AssistantError], language: str) -> None:
    body = json.loads(problems.problem(kind(TEXT), language))
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert body["type"] == f"urn:assistant:problem:{kind.code}"
    assert body["detail"] == TEXT.of(language)
    assert body["title"] == problems.TITLES[kind.status].of(language)


def test_when_to_come_back_is_a_member_and_a_header_in_whole_seconds() -> None:
    error = TooManyRequests(TEXT, retry_after=0.2)
    assert json.loads(problems.problem(error, "en"))["retry_after"] == 0.2
    assert dict(problems.headers(error))[b"retry-after"] == b"1"
    assert dict(problems.headers(Unavailable(TEXT, retry_after=7.1)))[b"retry-after"] == b"8"
    assert problems.headers(Unavailable(TEXT)) == ()


def test_a_401_challenges_and_a_405_names_what_is_allowed() -> None:
    assert dict(problems.headers(NotAuthenticated(TEXT)))[b"www-authenticate"].startswith(b"Bearer")
    assert dict(problems.headers(MethodNotAllowed(("GET", "PUT"))))[b"allow"] == b"GET, PUT"


def test_openais_object_has_openais_kinds() -> None:
    body = json.loads(problems.openai_error(NotAuthenticated(TEXT), "zh"))
    assert body == {
        "error": {"message": "请稍候。", "type": "authentication_error", "param": None, "code": "not_authenticated"}
    }
    assert (
        json.loads(problems.openai_error(errors.InvalidInput(TEXT), "en"))["error"]["type"] == "invalid_request_error"
    )


def test_a_further_fact_may_be_a_list_or_a_truth() -> None:
    error = Unavailable(TEXT, members={"executed": False, "symbols": ["price", "Cart.add"]})
    body = json.loads(problems.problem(error, "en"))
    assert (body["executed"], body["symbols"]) == (False, ["price", "Cart.add"])
