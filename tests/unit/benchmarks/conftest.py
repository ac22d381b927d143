"""A small real HTTP server on the loopback, with an answer for each path."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

import pytest

from benchmarks.server import Server

Answerer = Callable[[bytes, bytes], list[bytes]]
"""From a request's head and body to the pieces written back."""


def answer(status: str, body: bytes, kind: str = "application/json") -> bytes:
    """Write a whole HTTP/1.1 response."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@dataclass(slots=True)
class Stand:
    """The server: set `answerer`, read `requests`, count `connections`."""

    port: int = 0
    answerer: Answerer = lambda _head, _body: [answer("200 OK", b"{}")]
    requests: list[tuple[bytes, bytes]] = field(default_factory=list)
    connections: int = 0

    @property
    def server(self) -> Server:
        """Its address as the benchmarks want it."""
        return Server("127.0.0.1", self.port, "ak_test_secret", {"python": "3.11"})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection until the client closes it."""
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0
                )
                body = await reader.readexactly(length)
                self.requests.append((head, body))
                for piece in self.answerer(head, body):
                    writer.write(piece)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
def stand() -> Iterator[Stand]:
    """A running stand, in a thread with an event loop of its own."""
    made = Stand()
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        started.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    loop, stop = started.result(timeout=10)
    yield made
    loop.call_soon_threadsafe(stop.set)
    thread.join(timeout=10)
