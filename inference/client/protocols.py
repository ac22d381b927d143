"""What a chat model promises."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from inference.client.types import ChatRequest, Delta, ModelInfo


class ChatModel(Protocol):
    """Answers prompts, token by token."""

    def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream the answer. Closing the generator (`contextlib.aclosing`) stops the model. Raises ModelError."""

    async def info(self) -> ModelInfo | None:
        """Say who answers, or None while no model is up."""

    async def healthy(self) -> bool:
        """Say whether a request would be tried now."""
