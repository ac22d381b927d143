"""The OpenAPI document: valid, whole, and of one mind with what the doors do."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from assistant.api.door import ROUTES
from assistant.chat.answers import Answer


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def test_it_is_valid_without_a_warning() -> None:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert "openapi: 3.1" in out.getvalue()


def test_every_door_is_described_with_its_method(document: dict[str, Any]) -> None:
    for path, (method, _) in ROUTES.items():
        assert method.lower() in document["paths"][path]
    assert "/api/v1/answers/{id}/events" in document["paths"]


def test_rest_is_described_too(document: dict[str, Any]) -> None:
    for path in ("/api/v1/faq", "/api/v1/faq/{id}", "/api/v1/documents", "/api/v1/conversations/{id}"):
        assert path in document["paths"]


def test_the_answer_has_every_key_of_the_interface(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["Answer"]
    assert set(schema["properties"]) == set(Answer.__slots__)


def test_every_operation_wants_the_key(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert [operation["operationId"] for operation in operations if operation.get("security") != [{"apiKey": []}]] == []
    assert document["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


def test_no_reference_points_at_nothing(document: dict[str, Any]) -> None:
    import json
    import re

    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names <= set(document["components"]["schemas"])


def test_the_code_assistants_request_and_events_are_described(document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/v1/code"]["post"]
    schema = document["components"]["schemas"]["CodeInput"]
    assert set(schema["required"]) == {"task", "files", "target"}
    assert schema["properties"]["task"]["enum"] == ["complete", "edit", "explain", "fix"]
    told = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]["description"]
    for event in ("started", "context", "delta", "progress", "finished", "failed"):
        assert f"`{event}`" in told
    assert {"401", "403", "404", "422", "503"} <= set(operation["responses"])


def test_tests_may_be_asked_for_without_the_model(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["TestsInput"]["properties"]["model"]
    assert (schema["enum"], schema["default"]) == (["auto", "off"], "auto")
