"""The chat model as other work than answers sees it: it waits its turn, and none is no fault."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from assistant.chat.room import Room
from assistant.errors import Unavailable
from inference.client.errors import ModelUnavailable
from inference.client.protocols import ChatModel
from inference.client.types import ChatRequest, Delta, ModelInfo


class LentModel:
    """Implements ChatModel: the room's, one of its slots for each answer."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream the answer. Raises ModelError; ModelUnavailable, too, when all slots are taken."""
        try:
            with self._room.slots.take():
                async with aclosing(self._room.model.stream(request)) as deltas:
                    async for delta in deltas:
                        yield delta
        except Unavailable as busy:
            raise ModelUnavailable(str(busy), retry_after=busy.retry_after) from busy

    async def info(self) -> ModelInfo | None:
        """Say who answers."""
        return await self._room.model.info()

    async def healthy(self) -> bool:
        """Say whether a request would be tried now."""
        return await self._room.model.healthy()


def lent_model(room: Callable[[], Room]) -> ChatModel | None:
    """Return the room's model; None while the assistant is starting."""
    try:
        return LentModel(room())
    except Unavailable:
        return None
