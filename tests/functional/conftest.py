"""The real ASGI application on a loopback port, over real PostgreSQL and Redis; only the model follows a script."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from assistant.accounts import keys
from assistant.accounts.memo import AUTHENTICATIONS
from assistant.accounts.models import Tenant
from assistant.accounts.scopes import Scope
from assistant.api.buckets import Limit
from assistant.api.desk import Desk
from assistant.api.door import Door
from assistant.api.idempotency import Idempotency
from assistant.api.throttle import Throttle
from assistant.chat.room import Room
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.flush import Flusher
from assistant.chat.stores.frames import Frames
from assistant.chat.stream import Streams
from inference.client.scripted import ScriptedModel
from tests import chatkit


@dataclass
class Served:
    """A running server and a key for it."""

    url: str
    key: str
    room: Room
    redis_url: str

    def client(self, **more: Any) -> httpx.Client:
        """An HTTP client that carries the key."""
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20, trust_env=False, **more)

    def ask(self, question: str, **more: Any) -> httpx.Response:
        """Ask a question as JSON."""
        with self.client() as client:
            return client.post("/api/v1/ask", json={"question": question, **more})

    def flush(self) -> int:
        """Carry turns from Redis to PostgreSQL now."""
        return Flusher(self.redis_url).flush()


def sse(lines: Iterator[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Read (id, event, data) off a stream."""
    number, name = 0, ""
    for line in lines:
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield number, name, json.loads(line[6:])


@pytest.fixture
def tenant(transactional_db: None) -> Tenant:
    AUTHENTICATIONS.forget()
    return Tenant.objects.create(slug="demo", name="Demo")


@pytest.fixture
def key(tenant: Tenant) -> Iterator[str]:
    yield keys.issue(tenant, "tests", [scope for scope in Scope.values if scope != "admin"])
    AUTHENTICATIONS._follower.stop()  # it holds a connection, and a database in use cannot be dropped


Serve = Callable[..., Served]


@pytest.fixture
def serve(key: str, redis_url: str) -> Iterator[Serve]:
    """Start a server with this model; `redis` and `limit` replace the usual ones."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(
        model: ScriptedModel | None = None,
        *,
        redis: str = redis_url,
        limit: Limit | None = None,
        grace: float = 0.7,
        **room: Any,
    ) -> Served:
        made = chatkit.room(model, redis_url=redis, **room)
        connection = Connection(redis, pause=0.2)
        streams = Streams(Frames(connection), heartbeat=0.3, grace=grace)
        desk = Desk(lambda: made, streams, Throttle(connection, limit), Idempotency(connection))
        from django.core.asgi import get_asgi_application

        server = uvicorn.Server(
            uvicorn.Config(
                Door(get_asgi_application(), lambda: desk),
                port=0,
                log_level="warning",
                lifespan="off",
                access_log=False,
            )
        )
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
        thread.start()
        running.append((server, thread))
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        return Served(f"http://127.0.0.1:{port}", key, made, redis)

    yield start
    for server, thread in running:
        server.should_exit = True
        server.force_exit = True
        thread.join(timeout=10)
