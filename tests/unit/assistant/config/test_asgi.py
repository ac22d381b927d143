import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant import wiring
from assistant.api.testruns import Runs
from assistant.config import asgi, warming
from assistant.config.sharing import SharingLoop
from assistant.config.warming import Mark


async def _speak(scope: dict[str, Any], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    heard = iter(messages)
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)  # what was begun has its turn meanwhile
        return next(heard)

    async def send(message: Any) -> None:
        said.append(message)

    await asgi.application(scope, receive, send)
    return said


async def test_loading_begins_with_the_server_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(wiring, "warm_up", lambda: done.append("warm up"))
    monkeypatch.setattr(wiring, "close", lambda: done.append("close"))
    proving = asyncio.Event()

    async def prove(_runs: Runs) -> None:
        proving.set()

    monkeypatch.setattr(Runs, "prove", prove)
    said = await _speak({"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert done == ["warm up", "close"]
    assert [message["type"] for message in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert proving.is_set(), "nobody put the sandbox to its test"


def test_a_process_that_loads_leaves_connections_to_the_others_until_it_can_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[bool] = []
    monkeypatch.setattr(asgi, "_is_built", lambda: bool(built))
    seen: list[bool] = []

    async def live() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SharingLoop)
        waiting = asyncio.create_task(asgi._until_built(Mark(tmp_path)))
        seen.append(loop.loading)
        await asyncio.sleep(0)
        seen.append(loop.loading)
        built.append(True)
        await waiting
        seen.append(loop.loading)

    with asyncio.Runner(loop_factory=SharingLoop) as runner:
        runner.run(live())
    assert seen == [False, True, False]
    assert list(tmp_path.iterdir()) == []


async def test_under_another_loop_only_the_mark_says_that_a_process_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi, "_is_built", lambda: True)
    await asgi._until_built(Mark(tmp_path))
    assert not hasattr(asyncio.get_running_loop(), "loading")
    assert not warming.anyone(tmp_path)


@pytest.mark.parametrize(("wanted", "used"), [(None, "1"), ("4", "4")])
def test_numpy_computes_in_one_thread_unless_the_operator_says_otherwise(wanted: str | None, used: str) -> None:
    told = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    told |= {} if wanted is None else {"OPENBLAS_NUM_THREADS": wanted}
    code = "import assistant.config.asgi, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    done = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == used


def _request(path: str, method: str = "GET") -> dict[str, Any]:
    headers = [(b"host", b"127.0.0.1")]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers, "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip


async def test_what_the_doors_do_not_know_goes_to_django() -> None:
    said = await _speak(
        _request("/healthz"), {"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}
    )
    assert said[0]["status"] == 200


async def test_a_question_without_a_key_is_refused_at_the_door() -> None:
    body = {"type": "http.request", "body": b'{"question": "?"}', "more_body": False}
    said = await _speak(_request("/api/v1/ask", "POST"), body)
    assert said[0]["status"] == 401
    assert dict(said[0]["headers"])[b"content-type"].startswith(b"application/problem+json")
