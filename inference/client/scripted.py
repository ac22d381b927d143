"""A chat model that answers from a script, so that what is built upon a model can be tested exactly.

The idea is pydantic-ai's `TestModel`: part of the package, not of the tests, because extensions need it as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass

from inference.client.errors import ModelError, ModelUnavailable
from inference.client.types import ChatRequest, Delta, FinishReason, ModelInfo, Usage

INFO = ModelInfo(name="scripted", engine="script", kernel="none", experts="identical")


@dataclass(frozen=True, slots=True)
class Reply:
    """One scripted answer.

    `pieces` become deltas, one each. `first_delay` and `delay` are seconds before the first and every later piece.
    With `error`, it is raised after `fail_after` pieces.
    """

    pieces: tuple[str, ...] = ()
    finish: FinishReason = "stop"
    first_delay: float = 0.0
    delay: float = 0.0
    error: ModelError | None = None
    fail_after: int = 0


Script = Callable[[ChatRequest], Reply | str] | Sequence[Reply | str]


def by_rules(
    rules: Mapping[str, Reply | str], otherwise: Reply | str | None = None
) -> Callable[[ChatRequest], Reply | str]:
    """Answer by the first key that occurs in the last message; `otherwise` is for the rest."""

    def answer(request: ChatRequest) -> Reply | str:
        prompt = request.messages[-1].content
        for key, reply in rules.items():
            if key in prompt:
                return reply
        if otherwise is None:
            raise AssertionError(f"no rule of the script fits the prompt: {prompt!r}")
        return otherwise

    return answer


class ScriptedModel:
    """Implements ChatModel. A sequence is answered in order and then runs dry; a callable decides by request.

    `requests` holds what was asked; `closed_early` counts streams that were left before their end.
    """

    def __init__(self, script: Script, *, info: ModelInfo | None = INFO, well: bool = True) -> None:
        self._script = script
        self._info = info
        self._well = well
        self.requests: list[ChatRequest] = []
        self.closed_early = 0

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Play the reply for this request. Raises what the reply says."""
        reply = self._reply(request)
        self.requests.append(request)
        ended = False
        try:
            for played, piece in enumerate(reply.pieces):
                await asyncio.sleep(reply.delay if played else reply.first_delay)
                if reply.error is not None and played == reply.fail_after:
                    break
                yield Delta(piece)
            ended = True
            if reply.error is not None:
                raise reply.error
            yield Delta("", reply.finish, _count(request, reply))
        finally:
            self.closed_early += not ended

    async def info(self) -> ModelInfo | None:
        """Return what the constructor was given."""
        return self._info

    async def healthy(self) -> bool:
        """Return what the constructor was given."""
        return self._well

    def _reply(self, request: ChatRequest) -> Reply:
        if callable(self._script):
            reply = self._script(request)
        elif len(self.requests) < len(self._script):
            reply = self._script[len(self.requests)]
        else:
            raise ModelUnavailable(f"The script holds {len(self._script)} answers and all were given.")
        return Reply(pieces=(reply,)) if isinstance(reply, str) else reply


def _count(request: ChatRequest, reply: Reply) -> Usage:
    """Words stand in for tokens: exact, cheap, and the same on every machine."""
    prompt = sum(len(message.content.split()) for message in request.messages)
    return Usage(prompt_tokens=prompt, completion_tokens=sum(len(piece.split()) for piece in reply.pieces))
