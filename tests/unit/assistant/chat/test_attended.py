"""The model as one answer sees it."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from assistant.chat.attended import AttendedModel
from assistant.chat.slots import Slots
from assistant.errors import Unavailable
from inference.client.scripted import Reply
from inference.client.types import ChatRequest, Message
from tests.chatkit import model

REQUEST = ChatRequest((Message("user", "hello"),))


async def test_it_remembers_that_it_was_asked() -> None:
    attended = AttendedModel(model("Hi."), Slots())
    assert not attended.asked
    assert "".join([delta.text async for delta in attended.stream(REQUEST)]) == "Hi."
    assert attended.asked


async def test_it_holds_a_slot_while_it_streams_and_gives_it_back_when_left() -> None:
    slots, scripted = Slots(1), model(Reply(pieces=("a", "b"), delay=5), "Hi.")
    async with aclosing(AttendedModel(scripted, slots).stream(REQUEST)) as deltas:
        await anext(deltas)
        with pytest.raises(Unavailable):
            await anext(AttendedModel(scripted, slots).stream(REQUEST))
    assert scripted.closed_early == 1
    rest = [delta.text async for delta in AttendedModel(scripted, slots).stream(REQUEST)]
    assert rest[0] == "Hi."


async def test_who_answers_and_whether_it_would_is_the_models_own_word() -> None:
    attended = AttendedModel(model(), Slots())
    assert (await attended.info()).name == "scripted"
    assert await attended.healthy()
