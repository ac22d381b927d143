"""Server-sent events (WHATWG HTML, 9.2): one frame an event, numbered from 1."""

from __future__ import annotations

import json

from assistant.api import problems
from assistant.api.http import Headers
from assistant.chat import answers
from assistant.chat.events import Delta, Event, Failed, Finished, Refused, Sources, Started

HEADERS: Headers = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no"))
RECONNECT_MS = 300
"""Sooner than a stream without listeners is stopped, so that a dropped connection costs nothing."""


def encode(number: int, event: Event, language: str) -> bytes:
    """Write an event as a frame; the first one also says how soon to reconnect."""
    retry = b"retry: %d\n" % RECONNECT_MS if number == 1 else b""
    return b"%bid: %d\nevent: %b\ndata: %b\n\n" % (retry, number, event.name.encode(), data(event, language))


def data(event: Event, language: str) -> bytes:
    """Write what an event says as JSON; `failed` as a problem in the given language."""
    match event:
        case Started():
            return _json({"id": event.id, "conversation_id": event.conversation_id})
        case Sources():
            return answers.sources_to_json(event.sources)
        case Delta():
            return _json({"text": event.text})
        case Refused():
            return _json({"code": event.refused.code, "reason": event.refused.reason})
        case Finished():
            return answers.to_json(event.answer)
        case Failed():
            return problems.problem(event.error, language)


def _json(fields: dict[str, str]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()
