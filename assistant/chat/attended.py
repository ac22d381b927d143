"""The model as one answer sees it: it takes a slot when it is asked, and remembers that it was."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.chat.slots import Slots
from inference.client.protocols import ChatModel
from inference.client.types import ChatRequest, Delta, ModelInfo


class AttendedModel:
    """Implements ChatModel, for one answer."""

    def __init__(self, model: ChatModel, slots: Slots) -> None:
        self._model = model
        self._slots = slots
        self.asked = False

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """See ChatModel. Raises Unavailable (overloaded) when too many answers are under way."""
        with self._slots.take():
            self.asked = True
            async with aclosing(self._model.stream(request)) as deltas:
                async for delta in deltas:
                    yield delta

    async def info(self) -> ModelInfo | None:
        """See ChatModel."""
        return await self._model.info()

    async def healthy(self) -> bool:
        """See ChatModel."""
        return await self._model.healthy()
