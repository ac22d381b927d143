"""Which requests stay before Django, and how errors leave."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.api import door
from assistant.api.door import Door
from assistant.api.errors import ClientGone
from assistant.api.http import Message, Receive, Request, Scope, Send
from assistant.errors import NotFound, Text


class Django:
    """Stands in for what is behind."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope.get("path", scope["type"]))


async def through(path: str, method: str = "POST", *, kind: str = "http") -> tuple[list[Message], Django]:
    sent: list[Message] = []
    behind = Django()

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": kind, "method": method, "path": path, "headers": [(b"accept-language", b"zh")]}
    await Door(behind, lambda: None)(scope, receive, send)  # type: ignore[arg-type, return-value]
    return sent, behind


async def test_everything_else_is_djangos() -> None:
    for path in ("/", "/admin/", "/api/v1/faq", "/api/v1/ask/", "/api/v1/answers/7/events"):
        sent, behind = await through(path)
        assert behind.paths == [path]
        assert sent == []
    assert (await through("", kind="lifespan"))[1].paths == [""]


@pytest.mark.parametrize(
    ("path", "method", "allowed"), [("/api/v1/ask", "GET", b"POST"), ("/v1/models", "POST", b"GET")]
)
async def test_a_wrong_method_is_told_the_right_one(path: str, method: str, allowed: bytes) -> None:
    sent, _ = await through(path, method)
    assert sent[0]["status"] == 405
    assert dict(sent[0]["headers"])[b"allow"] == allowed


def raising(error: Exception) -> door.Handler:
    async def handler(_request: Request, _desk: object) -> None:
        raise error

    return handler


async def test_each_door_tells_errors_in_its_own_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    error = NotFound(Text("no", "没有"))
    for path, shape in (("/api/v1/ask", "detail"), ("/v1/chat/completions", "error")):
        monkeypatch.setitem(door.ROUTES, path, ("POST", raising(error)))
        sent, _ = await through(path)
        body = json.loads(sent[1]["body"])
        assert sent[0]["status"] == 404
        assert "没有" in json.dumps(body[shape], ensure_ascii=False)


async def test_what_nobody_foresaw_is_a_500_without_detail(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(door.ROUTES, "/api/v1/ask", ("POST", raising(RuntimeError("secret detail"))))
    sent, _ = await through("/api/v1/ask")
    assert sent[0]["status"] == 500
    assert b"secret" not in sent[1]["body"]
    assert json.loads(sent[1]["body"])["code"] == "internal"
    assert "secret detail" in caplog.text


async def test_a_client_that_has_gone_is_answered_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(door.ROUTES, "/api/v1/ask", ("POST", raising(ClientGone())))
    assert (await through("/api/v1/ask"))[0] == []
