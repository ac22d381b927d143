"""`POST /api/v1/tests`: unit tests for a module, executed; as JSON or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.api import inputs, problems, sse
from assistant.api.desk import Desk
from assistant.api.errors import ClientGone
from assistant.api.http import JSON, Request
from assistant.api.lentmodel import lent_model
from assistant.api.listening import listening
from assistant.api.testinputs import TestsInput
from assistant.api.testruns import Happening, Run, Runs


async def make(request: Request, desk: Desk) -> None:
    """Write tests. Closing the connection stops the work."""
    caller, limits = await desk.admit(request, "tests")
    asked = inputs.parse(TestsInput, await request.body(), request.header(b"content-type"))
    project, options = asked.project(), asked.options()
    run = desk.tests.join(caller.tenant, project, options, lent_model(desk.room) if options.model else None)
    streams = asked.stream if asked.stream is not None else "text/event-stream" in (request.header(b"accept") or "")
    try:
        if streams:
            await request.stream(_frames(desk.tests, run, request.language), (*sse.HEADERS, *limits))
            return
        async with listening(request):
            finished = await _whole(desk.tests, run)
    finally:
        desk.tests.leave(run)
    await request.answer(200, json.dumps(finished.data, ensure_ascii=False).encode(), (*JSON, *limits))


async def _whole(runs: Runs, run: Run) -> Happening:
    """Wait for the end. Raises what has failed."""
    async with aclosing(runs.follow(run)) as happenings:
        async for happening in happenings:
            if happening.error is not None:
                raise happening.error
            if happening.last:
                return happening
    raise ClientGone  # only a run that was closed from outside ends without either


async def _frames(runs: Runs, run: Run, language: str) -> AsyncGenerator[bytes, None]:
    number = 1
    yield _frame(number, "started", b"{}")
    async with aclosing(runs.follow(run)) as happenings:
        async for happening in happenings:
            number += 1
            if happening.error is not None:
                yield _frame(number, happening.name, problems.problem(happening.error, language))
            else:
                yield _frame(number, happening.name, json.dumps(happening.data, ensure_ascii=False).encode())


def _frame(number: int, name: str, data: bytes) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, name.encode(), data)
