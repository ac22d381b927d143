"""A question asked in a terminal: of the running server when there is one, else in this process."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant import wiring
from assistant.api import sse
from assistant.chat.asked import Asked, readable
from assistant.chat.pipeline import answer
from domains.types import Language

Told = tuple[str, dict[str, Any]]
"""Name and data of an event."""

ANSWER_TIMEOUT_S = 300.0
SEARCH_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked, as the body of `POST /api/v1/ask`."""

    question: str
    language: Language | None
    domain: str | None
    conversation_id: str | None
    max_tokens: int | None


@dataclass(frozen=True, slots=True)
class Running:
    """The server of a run file."""

    url: str
    key: str


def running(run_file: Path) -> Running | None:
    """Return the server that the file names, None when nothing answers there."""
    if not run_file.exists():
        return None
    facts = json.loads(run_file.read_text(encoding="utf-8"))
    connection = _connect(facts["url"], timeout=2.0)
    try:
        connection.request("GET", "/healthz")
        alive = connection.getresponse().status == 200
    except OSError:
        return None
    finally:
        connection.close()
    return Running(facts["url"], facts["api_key"]) if alive else None


def ask_server(server: Running, wish: Wish) -> Iterator[Told]:
    """Stream the answer of a running server; a refused request is told as `failed`."""
    connection = _connect(server.url, timeout=ANSWER_TIMEOUT_S)
    body = json.dumps({**{name: value for name, value in asdict(wish).items() if value is not None}, "stream": True})
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json", "X-Channel": "cli"}
    try:
        connection.request("POST", "/api/v1/ask", body.encode(), headers)
        response = connection.getresponse()
        if response.status != 200:
            yield "failed", json.loads(response.read())
            return
        yield from read_events(line.decode() for line in response)
    finally:
        connection.close()


def read_events(lines: Iterator[str]) -> Iterator[Told]:
    """Read server-sent events."""
    name = ""
    for line in lines:
        field, _, value = line.rstrip("\r\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def ask_here(wish: Wish, tenant: str, listen: Callable[[Told], None]) -> None:
    """Answer in this process, with everything but the web server; events go to `listen`.

    Raises AssistantError for a question that cannot be asked, RetrievalError or DatabaseError when a part is missing.
    """
    readable(wish.question)
    wiring.build()
    _wait_for_search()
    try:
        asyncio.run(_listen(_events(wish, tenant), listen))
    finally:
        wiring.close()


async def _listen(events: AsyncIterator[Told], listen: Callable[[Told], None]) -> None:
    async for told in events:
        listen(told)
    await wiring.room().recorder.settle()


async def _events(wish: Wish, tenant: str) -> AsyncIterator[Told]:
    asked = Asked(
        readable(wish.question),
        tenant,
        frozenset({"public"}),
        channel="cli",
        domain=wish.domain,
        language=wish.language,
        max_tokens=wish.max_tokens,
    )
    async with aclosing(answer(asked, wiring.room())) as events:
        async for event in events:
            yield event.name, json.loads(sse.data(event, wish.language or "en"))


def _wait_for_search() -> None:
    deadline = time.monotonic() + SEARCH_WAIT_S
    while not wiring.searchable() and time.monotonic() < deadline:
        time.sleep(0.05)


def _connect(url: str, timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "127.0.0.1", parts.port, timeout=timeout)
