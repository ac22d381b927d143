"""What stands in where no model is configured."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from inference.client.errors import NoModel
from inference.client.types import ChatRequest, Delta, ModelInfo


class AbsentModel:
    """Implements ChatModel: nobody answers, and says so at once."""

    def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:  # noqa: ARG002 - the protocol's signature
        """Raise NoModel."""
        raise NoModel("no model is configured: set MODEL, or MODEL_URL and MODEL_NAME")

    async def info(self) -> ModelInfo | None:
        """Nobody."""
        return None

    async def healthy(self) -> bool:
        """Never."""
        return False
