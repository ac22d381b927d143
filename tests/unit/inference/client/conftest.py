"""A small HTTP server that misbehaves on demand: the faults are real bytes on real sockets."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import pytest

from inference.client.breaker import Breaker
from inference.client.openai_protocol import OpenAIModel
from inference.client.types import RetryPolicy, Timeouts


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, object]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.raw("\r\n".join(lines) + "\r\n\r\n")

    async def raw(self, text: str) -> None:
        self.writer.write(text.encode())
        await self.writer.drain()

    async def event(self, data: object) -> None:
        await self.raw(f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n")

    async def token(self, text: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        await self.event(
            {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        )

    async def usage(self, prompt: int, completion: int) -> None:
        counted = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
        await self.event(
            {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": counted}
        )

    async def json(self, value: object, status: int = 200, **headers: str) -> None:
        await self.head(status, "application/json", **headers)
        await self.raw(json.dumps(value))

    async def error(self, status: int, message: str = "no", **headers: str) -> None:
        await self.json({"error": {"message": message, "type": "Error", "code": status}}, status, **headers)


Behaviour = Callable[[Call], Awaitable[None]]


@dataclass
class Server:
    """Plays one behaviour a chat request, the last one for ever; other paths answer as vLLM does."""

    behaviours: list[Behaviour] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    models: tuple[str, ...] = ("demo-moe",)
    well: bool = True
    asked_facts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(await _read(reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()

    async def _serve(self, call: Call) -> None:
        if call.path == "/v1/chat/completions":
            self.calls.append(call)
            await self.behaviours[min(len(self.calls), len(self.behaviours)) - 1](call)
        elif call.path == "/v1/models":
            self.asked_facts += 1
            cards = [{"id": name, "object": "model"} for name in self.models]
            await call.json({"object": "list", "data": cards})
        elif call.path == "/version":
            await call.json({"version": "0.32.0"})
        elif call.path == "/health":
            await call.head(200 if self.well else 503, "text/plain")
        else:
            await call.error(404)


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Call:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(method, path, headers, json.loads(body) if body else {}, reader, writer)


async def answer_well(call: Call) -> None:
    """Two tokens, usage, the end."""
    await call.head()
    await call.token("Hello ")
    await call.token("world", "stop")
    await call.usage(7, 2)
    await call.event("[DONE]")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    playing = Server(behaviours=[answer_well])
    listening = await asyncio.start_server(playing.handle, "127.0.0.1", 0)
    playing.port = listening.sockets[0].getsockname()[1]
    yield playing
    listening.close()


EAGER = RetryPolicy(attempts=3, base=0.01, ceiling=1.0)


@pytest.fixture
async def model(server: Server) -> AsyncIterator[OpenAIModel]:
    """A client with time enough for a busy machine."""
    patient = Timeouts(connect=10.0, first_token=30.0, between_tokens=30.0, total=60.0)
    asked = OpenAIModel(server.url, "secret", "demo-moe", timeouts=patient, retries=EAGER, breaker=Breaker(failures=4))
    yield asked
    await asked.close()


@pytest.fixture
def server_in_thread() -> Iterator[str]:
    """The same server on a loop of its own, for tests that start and end loops; yields its base URL."""
    loop = asyncio.new_event_loop()
    playing = Server(behaviours=[answer_well])
    listening = loop.run_until_complete(asyncio.start_server(playing.handle, "127.0.0.1", 0))
    playing.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield playing.url
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    listening.close()
    loop.close()
