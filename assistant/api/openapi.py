"""The doors' own part of the OpenAPI document, made from the same types that they check and answer with."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from assistant.api.codinginputs import CodeInput
from assistant.api.inputs import AskInput, ChatInput
from assistant.api.testinputs import TestsInput
from assistant.chat.answers import Answer

REF = "#/components/schemas/{model}"
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `detail` is in the language of the question or of Accept-Language.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "retry_after": {"type": "number", "description": "Seconds."},
    },
}
EVENTS = (
    "Events `started`, `sources`, `delta`, `refused`, `finished`, `failed`, numbered by `id`; `data` is JSON. "
    "`finished` carries the JSON answer, `failed` a problem."
)
SECURITY: list[dict[str, list[str]]] = [{"apiKey": []}]


def add_doors(result: dict[str, Any], generator: object, request: object, public: bool) -> dict[str, Any]:  # noqa: ARG001
    """Add the doors to the document (a post-processing hook of drf-spectacular)."""
    schemas = result["components"].setdefault("schemas", {})
    _, inputs = models_json_schema(
        [(kind, "validation") for kind in (AskInput, ChatInput, TestsInput, CodeInput)], ref_template=REF
    )
    answer = TypeAdapter(Answer).json_schema(mode="serialization", ref_template=REF)
    schemas |= inputs["$defs"] | answer.pop("$defs") | {"Answer": answer, "Problem": PROBLEM}
    result["paths"] |= {
        "/api/v1/ask": {"post": _ask()},
        "/api/v1/answers/{id}/events": {"get": _resume()},
        "/api/v1/code": {"post": _code()},
        "/api/v1/tests": {"post": _tests()},
        "/v1/chat/completions": {"post": _chat()},
        "/v1/models": {"get": _models()},
    }
    return result


def _ask() -> dict[str, Any]:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "maxLength": 200},
        "description": "A question sent twice under one key is answered once.",
    }
    return {
        "operationId": "ask",
        "summary": "Ask a question; JSON, or server-sent events with `stream` or Accept: text/event-stream",
        "tags": ["ask"],
        "parameters": [key],
        "requestBody": _body("AskInput"),
        "security": SECURITY,
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {
                    "application/json": {"schema": _ref("Answer")},
                    "text/event-stream": {"schema": {"type": "string", "description": EVENTS}},
                },
            },
            **_problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
    }


def _resume() -> dict[str, Any]:
    return {
        "operationId": "resume",
        "summary": "Continue a stream after the event named by Last-Event-ID",
        "tags": ["ask"],
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
            {"name": "Last-Event-ID", "in": "header", "schema": {"type": "integer", "minimum": 0}},
        ],
        "security": SECURITY,
        "responses": {
            "200": {
                "description": "The events that followed.",
                "content": {"text/event-stream": {"schema": {"type": "string", "description": EVENTS}}},
            },
            **_problems(400, 401, 403, 404, 429, 503),
        },
    }


def _code() -> dict[str, Any]:
    shape = {"type": "object", "description": "Text or change, whether it parses, what was run, and the verdict."}
    events = "Events `started`, `context`, `delta`, `progress`, `finished`, `failed`; `finished` carries the answer."
    content = {
        "application/json": {"schema": shape},
        "text/event-stream": {"schema": {"type": "string", "description": events}},
    }
    return {
        "operationId": "assistWithCode",
        "summary": "Complete, edit or explain code, or fix a failing test; JSON, or server-sent events",
        "tags": ["code"],
        "requestBody": _body("CodeInput"),
        "security": SECURITY,
        "responses": {
            "200": {"description": "What came of it.", "content": content},
            **_problems(400, 401, 403, 404, 413, 415, 422, 429, 503),
        },
    }


def _tests() -> dict[str, Any]:
    shape = {"type": "object", "description": "Files, tests with label and status, coverage, mutants, suspected bugs."}
    events = "Events `started`, `progress`, `test`, `finished`, `failed`; `finished` carries the JSON answer."
    content = {
        "application/json": {"schema": shape},
        "text/event-stream": {"schema": {"type": "string", "description": events}},
    }
    return {
        "operationId": "generateTests",
        "summary": "Write unit tests for a module and run them; JSON, or server-sent events",
        "tags": ["tests"],
        "requestBody": _body("TestsInput"),
        "security": SECURITY,
        "responses": {
            "200": {"description": "Tests that were executed.", "content": content},
            **_problems(400, 401, 403, 413, 415, 422, 429, 503),
        },
    }


def _chat() -> dict[str, Any]:
    shape = {"type": "object", "description": "As OpenAI's; all else that is known is under the key `assistant`."}
    content = {"application/json": {"schema": shape}, "text/event-stream": {"schema": {"type": "string"}}}
    return {
        "operationId": "chatCompletions",
        "summary": "Ask in the shape of OpenAI's API: model `assistant`, or the generator's own name",
        "tags": ["openai"],
        "requestBody": _body("ChatInput"),
        "security": SECURITY,
        "responses": {"200": {"description": "A chat completion.", "content": content}, **_openai_errors()},
    }


def _models() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object", "additionalProperties": True}}}
    return {
        "operationId": "models",
        "summary": "List the models",
        "tags": ["openai"],
        "security": SECURITY,
        "responses": {"200": {"description": "The models.", "content": content}, **_openai_errors()},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": REF.format(model=name)}


def _body(name: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": _ref(name)}}}


def _problems(*statuses: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    return {str(status): {"description": "A problem.", "content": content} for status in statuses}


def _openai_errors() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object", "description": "OpenAI's error object."}}}
    return {"default": {"description": "An error.", "content": content}}
