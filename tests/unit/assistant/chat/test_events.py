"""What the pipeline may say, and by which names streams know it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from assistant.chat.answers import RefusalShown
from assistant.chat.events import Delta, Event, Failed, Finished, Refused, Sources, Started
from assistant.errors import Text, Unavailable
from tests.chatkit import PLAIN

EVERY: list[Event] = [
    Started("i", "c"),
    Sources(()),
    Delta("你好"),
    Refused(RefusalShown("no_evidence", "Nothing found.")),
    Finished(PLAIN),
    Failed(Unavailable(Text("Down.", "不可用。"))),
]


def test_every_event_is_looked_at_here() -> None:
    assert {type(event) for event in EVERY} == set(get_args(Event))


def test_names_are_those_of_the_documented_stream() -> None:
    assert [event.name for event in EVERY] == ["started", "sources", "delta", "refused", "finished", "failed"]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: event.name)
def test_the_name_belongs_to_the_kind_and_is_no_field(event: Event) -> None:
    assert "name" not in {field.name for field in fields(event)}
    assert type(event).name == event.name


@pytest.mark.parametrize("event", EVERY, ids=lambda event: event.name)
def test_what_was_said_cannot_be_changed(event: Event) -> None:
    for field in fields(event):
        with pytest.raises(FrozenInstanceError):
            setattr(event, field.name, None)


def test_equal_pieces_are_equal_events() -> None:
    assert Delta("a") == Delta("a") != Delta("b")
