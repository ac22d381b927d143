"""Frames of server-sent events."""

from __future__ import annotations

import json

import pytest

from assistant.api import sse
from assistant.chat.answers import RefusalShown, Source
from assistant.chat.events import Delta, Event, Failed, Finished, Refused, Sources, Started
from assistant.errors import NotFound, Text
from tests.chatkit import PLAIN

EVENTS: list[tuple[Event, dict[str, object]]] = [
    (Started("a", "c"), {"id": "a", "conversation_id": "c"}),
    (Sources(()), {"sources": []}),
    (Delta("换行\n和 data: x"), {"text": "换行\n和 data: x"}),
    (Refused(RefusalShown("no_evidence", "不知道")), {"code": "no_evidence", "reason": "不知道"}),
]


@pytest.mark.parametrize(("event", "data"), EVENTS)
def test_a_frame_has_a_number_a_name_and_json(event: Event, data: dict[str, object]) -> None:
    lines = sse.encode(7, event, "en").decode().split("\n")
    assert lines[0] == "id: 7"
    assert lines[1] == f"event: {event.name}"
    assert json.loads(lines[2].removeprefix("data: ")) == data
    assert lines[3:] == ["", ""]


def test_the_first_frame_says_how_soon_to_reconnect() -> None:
    assert sse.encode(1, Delta("x"), "en").startswith(b"retry: 300\n")


def test_sources_are_the_answers_own() -> None:
    frame = sse.data(Sources((Source(1, "c", "d", "t", 2, 0.5, page=4),)), "en")
    assert json.loads(frame)["sources"] == [
        {"n": 1, "chunk": "c", "document": "d", "title": "t", "revision": 2, "score": 0.5, "page": 4}
    ]


def test_the_last_frame_is_the_answer_or_a_problem_in_the_askers_language() -> None:
    assert json.loads(sse.data(Finished(PLAIN), "en"))["answer"] == "你好"
    problem = json.loads(sse.data(Failed(NotFound(Text("gone", "没了"))), "zh"))
    assert (problem["detail"], problem["status"]) == ("没了", 404)
