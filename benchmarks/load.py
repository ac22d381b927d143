"""A lean HTTP/1.1 load generator: keep-alive connections, one request in flight on each.

It shares the machine with the server, so it parses no more of an answer than its status, length and body.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.server import Server


@dataclass(slots=True)
class Outcome:
    """What came back. `seconds` holds one latency an answer; `bodies` the answers when they were asked for.

    `ended` counts the connections that the server ended with an answer.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    elapsed: float = 0.0
    ended: int = 0

    @property
    def requests_per_second(self) -> float:
        """Answers a second over the whole run."""
        return len(self.seconds) / self.elapsed


def request_bytes(server: Server, path: str, body: bytes) -> bytes:
    """Write one POST request with the API key."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\nAuthorization: Bearer {server.api_key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def fire(server: Server, requests: Sequence[bytes], connections: int, *, keep_bodies: bool = False) -> Outcome:
    """Send all `requests` over `connections` connections, each sending its next one when the last was answered."""
    outcome = Outcome()
    queue = iter(requests)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_one_connection(server, queue, outcome, keep_bodies))
    outcome.elapsed = time.perf_counter() - began
    return outcome


async def _one_connection(server: Server, queue: Iterator[bytes], outcome: Outcome, keep_bodies: bool) -> None:
    """Keep one connection open, and open it anew when an answer ended it; that is part of the next one's latency."""
    writer: asyncio.StreamWriter | None = None
    for request in queue:
        began = time.perf_counter()
        if writer is None:
            reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        outcome.seconds.append(time.perf_counter() - began)
        status = int(head[9:12])
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
        if keep_bodies:
            outcome.bodies.append(body)
        if b"\r\nconnection: close\r\n" in head.lower():
            outcome.ended += 1
            await _closed(writer)
            writer = None
    if writer is not None:
        await _closed(writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    if at < 0:
        raise ValueError(f"the answer has no Content-Length: {head[:200]!r}")
    return int(head[at + 15 : head.find(b"\r\n", at)])
