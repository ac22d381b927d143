"""One HTTP request of a chat completion: opens the stream, times each wait, turns chunks into deltas."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import cast
from uuid import uuid4

import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from inference.client.errors import ModelInterrupted, ModelTimeout
from inference.client.types import ChatRequest, Delta, FinishReason, Message, Timeouts, Usage


class Attempt:
    """A single try. `started` says whether a token was seen; `deadline` is on `clock`, in seconds."""

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        model: str,
        request: ChatRequest,
        timeouts: Timeouts,
        deadline: float,
        clock: Callable[[], float],
    ) -> None:
        self.model = request.adapter or model
        self.started = False
        self._client = client
        self._request = request
        self._timeouts = timeouts
        self._deadline = deadline
        self._clock = clock
        self._first_by = min(deadline, clock() + timeouts.first_token)
        self._stream: openai.AsyncStream[ChatCompletionChunk] | None = None

    async def deltas(self) -> AsyncGenerator[Delta, None]:
        """Yield text as it comes, then one delta with `finish`. Raises ModelTimeout, ModelInterrupted, OpenAIError."""
        await self._open()
        finish: FinishReason | None = None
        usage: Usage | None = None
        while (chunk := await self._next()) is not None:
            if chunk.usage is not None:
                usage = Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
            for choice in chunk.choices or ():
                if choice.delta is not None and choice.delta.content:
                    self.started = True
                    yield Delta(choice.delta.content)
                if choice.finish_reason is not None:
                    finish = "length" if choice.finish_reason == "length" else "stop"
        if finish is None:
            raise ModelInterrupted("The model server ended the stream before the answer was finished.")
        yield Delta("", finish, usage)

    async def close(self) -> None:
        """Close the HTTP stream; vLLM then aborts the generation."""
        if self._stream is not None:
            await self._stream.close()

    async def _open(self) -> None:
        sampling = self._request.sampling
        async with self._within(self._first_by):
            self._stream = await self._client.chat.completions.create(
                model=self.model,
                messages=[_parameter(message) for message in self._request.messages],
                max_tokens=sampling.max_tokens,
                temperature=sampling.temperature,
                top_p=sampling.top_p,
                stream=True,
                stream_options={"include_usage": True},
                stop=list(sampling.stop) or None,
                extra_body=_extra(self._request) or None,
                extra_headers=_identity(self._request.domain),
            )

    async def _next(self) -> ChatCompletionChunk | None:
        if self._stream is None:
            return None
        by = min(self._deadline, self._clock() + self._timeouts.between_tokens) if self.started else self._first_by
        async with self._within(by):
            try:
                return await anext(self._stream)
            except StopAsyncIteration:
                return None

    def _within(self, by: float) -> _Within:
        return _Within(by - self._clock(), "next" if self.started else "first", by >= self._deadline)


class _Within:
    """`asyncio.timeout` that raises ModelTimeout naming the deadline that passed."""

    def __init__(self, seconds: float, token: str, total: bool) -> None:
        self._timeout = asyncio.timeout(max(0.0, seconds))
        waited = "the whole answer" if total else f"its {token} token"
        self._message = f"The model server took too long over {waited}; it is overloaded, or the prompt is very long."

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            raise ModelTimeout(self._message) from None


def _identity(domain: str | None) -> dict[str, str] | None:
    """An id that says the domain. vLLM takes it for its own; to servers that do not, a header is no fault, where an
    unknown field of the body would be.
    """
    return {"X-Request-Id": f"house.{domain}.{uuid4().hex}"} if domain else None


def _extra(request: ChatRequest) -> dict[str, object]:
    """Return what only some requests need; the penalty is vLLM's own field, which other servers may not know."""
    extra: dict[str, object] = {}
    if request.sampling.repetition_penalty != 1.0:
        extra["repetition_penalty"] = request.sampling.repetition_penalty
    if request.schema is not None:
        shape = {"name": "answer", "schema": json.loads(request.schema), "strict": True}
        extra["response_format"] = {"type": "json_schema", "json_schema": shape}
    return extra


def _parameter(message: Message) -> ChatCompletionMessageParam:
    return cast(ChatCompletionMessageParam, {"role": message.role, "content": message.content})
