"""The generator by its own name."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from assistant.api.inputs import ChatInput
from assistant.api.rawmodel import raw_answer, sampling
from assistant.chat.events import Delta
from inference.client.errors import ModelUnavailable
from inference.client.scripted import Reply
from inference.client.types import Message, Sampling
from tests.chatkit import ListStore, asked, failed, finished, model, room

MESSAGES = (Message("system", "Be brief."), Message("user", "hello"))


def wanted(**more: object) -> ChatInput:
    return ChatInput.model_validate({"model": "scripted", "messages": [{"role": "user", "content": "hello"}], **more})


async def test_the_callers_messages_are_the_prompt_and_the_turn_is_kept() -> None:
    scripted, store = model(Reply(pieces=("Hi", "."))), ListStore()
    said = [event async for event in raw_answer(asked("hello"), MESSAGES, wanted(), room(scripted, store=store))]
    assert scripted.requests[0].messages == MESSAGES
    answer = finished(said)
    assert (answer.answer, answer.layer, answer.grounded, answer.sources) == ("Hi.", "model", False, ())
    assert answer.usage.completion_tokens == 2
    assert store.kept[0][0].text == "Hi."


async def test_a_fault_is_told_and_kept() -> None:
    store = ListStore()
    where = room(model(Reply(pieces=("x",), error=ModelUnavailable("down"))), store=store)
    said = [event async for event in raw_answer(asked("hello"), MESSAGES, wanted(), where)]
    await where.recorder.settle()
    assert failed(said).code == "model_unavailable"
    assert store.kept[0][0].status == "failed"


async def test_leaving_stops_it() -> None:
    scripted, store = model(Reply(pieces=("a", "b"), delay=60)), ListStore()
    where = room(scripted, store=store)
    async with aclosing(raw_answer(asked("hello"), MESSAGES, wanted(), where)) as said:
        async for event in said:
            if isinstance(event, Delta):
                break
    await where.recorder.settle()
    await asyncio.sleep(0)
    assert scripted.closed_early == 1
    assert store.kept[0][0].status == "stopped"


@pytest.mark.parametrize(
    ("wish", "drawn"),
    [
        ({}, Sampling()),
        ({"temperature": 0.7, "top_p": 0.5, "max_tokens": 9, "stop": "a"}, Sampling(9, 0.7, 0.5, 1.0, ("a",))),
        ({"stop": ["a", "b"], "max_completion_tokens": 3}, Sampling(max_tokens=3, stop=("a", "b"))),
    ],
)
def test_tokens_are_drawn_as_the_caller_wants(wish: dict[str, object], drawn: Sampling) -> None:
    assert sampling(wanted(**wish)) == drawn
