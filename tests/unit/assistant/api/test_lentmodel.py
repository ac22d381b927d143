"""The model lent to other work: it takes a slot, gives it back, and is busy without being broken."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from assistant.api.lentmodel import LentModel, lent_model
from assistant.chat.room import Room
from assistant.chat.slots import Slots
from assistant.errors import Text, Unavailable
from inference.client.errors import ModelUnavailable
from inference.client.scripted import ScriptedModel
from inference.client.types import ChatRequest, Message

ASKED = ChatRequest((Message("user", "Hi"),))


def room(slots: int) -> Room:
    return cast(Room, SimpleNamespace(model=ScriptedModel(["one", "two"]), slots=Slots(slots)))


async def said(model: LentModel) -> str:
    return "".join([delta.text async for delta in model.stream(ASKED)])


async def test_each_answer_takes_a_slot_and_gives_it_back() -> None:
    model = LentModel(room(1))
    assert [await said(model), await said(model)] == ["one", "two"]
    assert await model.healthy()
    info = await model.info()
    assert info is not None
    assert info.name == "scripted"


async def test_without_a_slot_the_model_is_busy_not_broken() -> None:
    with pytest.raises(ModelUnavailable) as busy:
        await said(LentModel(room(0)))
    assert busy.value.retry_after == 3.0


def test_there_is_none_while_the_assistant_is_starting() -> None:
    def starting() -> Room:
        raise Unavailable(Text("Starting.", "正在启动。"), code="starting")

    assert lent_model(starting) is None
    assert lent_model(lambda: room(1)) is not None
