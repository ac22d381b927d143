"""One request on its own: what it says of itself, and that it leaves nothing open."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from inference.client.attempt import Attempt
from inference.client.errors import ModelInterrupted, ModelTimeout
from inference.client.types import ChatRequest, Delta, Message, Timeouts, Usage

ASKED = ChatRequest((Message("user", "Hi"),))
PATIENT = Timeouts(10.0, 30.0, 30.0, 60.0)


@pytest.fixture
async def client(server: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as opened:
        yield opened


def attempt(client: openai.AsyncOpenAI, request: ChatRequest = ASKED, *, seconds: float = 60.0) -> Attempt:
    return Attempt(client, "demo-moe", request, PATIENT, time.monotonic() + seconds, time.monotonic)


async def test_it_has_started_once_a_token_was_seen(client: openai.AsyncOpenAI) -> None:
    tried = attempt(client)
    deltas = tried.deltas()
    assert not tried.started
    assert await anext(deltas) == Delta("Hello ")
    assert tried.started
    await deltas.aclose()
    await tried.close()


async def test_it_names_the_adapter_where_one_is_asked_for(client: openai.AsyncOpenAI) -> None:
    assert attempt(client).model == "demo-moe"
    assert attempt(client, ChatRequest(ASKED.messages, adapter="lora")).model == "lora"


async def test_closing_before_it_was_opened_is_harmless(client: openai.AsyncOpenAI) -> None:
    tried = attempt(client)
    await tried.close()
    assert not tried.started


async def test_a_deadline_that_has_passed_sends_nothing(client: openai.AsyncOpenAI, server: Any) -> None:
    with pytest.raises(ModelTimeout, match="whole answer"):
        await anext(attempt(client, seconds=-1.0).deltas())
    assert server.calls == []


async def test_empty_pieces_are_no_tokens(client: openai.AsyncOpenAI, server: Any) -> None:
    async def reticent(call: Any) -> None:
        await call.head()
        await call.token("")
        await call.token("Hi", "stop")
        await call.usage(3, 1)
        await call.event("[DONE]")

    server.behaviours = [reticent]
    assert [delta async for delta in attempt(client).deltas()] == [Delta("Hi"), Delta("", "stop", Usage(3, 1))]


async def test_usage_is_none_where_the_server_does_not_count(client: openai.AsyncOpenAI, server: Any) -> None:
    async def uncounted(call: Any) -> None:
        await call.head()
        await call.token("Hi", "stop")
        await call.event("[DONE]")

    server.behaviours = [uncounted]
    assert [delta async for delta in attempt(client).deltas()][-1].usage is None


async def test_done_without_a_reason_to_finish_is_an_interruption(client: openai.AsyncOpenAI, server: Any) -> None:
    async def abrupt(call: Any) -> None:
        await call.head()
        await call.token("Hi")
        await call.event("[DONE]")

    server.behaviours = [abrupt]
    deltas = attempt(client).deltas()
    assert await anext(deltas) == Delta("Hi")
    with pytest.raises(ModelInterrupted, match="before the answer was finished"):
        await anext(deltas)


async def test_a_grammar_goes_along_where_one_is_asked_for(client: openai.AsyncOpenAI, server: Any) -> None:
    plain = ChatRequest(ASKED.messages)
    shaped = ChatRequest(ASKED.messages, schema='{"type": "object"}')
    for request in (plain, shaped):
        assert [delta async for delta in attempt(client, request).deltas()]
    first, second = (call.body.get("response_format") for call in server.calls[-2:])
    assert first is None
    assert second == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
    }
