"""`POST /api/v1/ask`, as JSON or as server-sent events, and `GET /api/v1/answers/{id}/events` to resume the latter."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.accounts.caller import Caller
from assistant.api import inputs, sse
from assistant.api.desk import Desk
from assistant.api.errors import ClientGone
from assistant.api.http import JSON, Headers, Request
from assistant.api.idempotency import Attempt, still_running
from assistant.api.inputs import AskInput
from assistant.api.listening import listening
from assistant.chat import answers, ids, texts
from assistant.chat.answers import Answer
from assistant.chat.asked import Asked, readable
from assistant.chat.events import Event, Failed, Finished
from assistant.chat.pipeline import answer
from assistant.chat.room import Room
from assistant.chat.understanding import spoken_in
from assistant.errors import InvalidInput, Text

REPLAYED: Headers = ((b"idempotent-replayed", b"true"),)


async def ask(request: Request, desk: Desk) -> None:
    """Answer a question."""
    caller, limits = await desk.admit(request, "ask")
    body = await request.body()
    asked_for = inputs.parse(AskInput, body, request.header(b"content-type"))
    request.language = spoken_in(asked_for.question) or request.language
    room = desk.room()
    asked = understood(asked_for, caller, request, room)
    attempt, first = await _begin(request, desk, asked, body)
    if _streams(asked_for, request):
        if first:
            events = answer(asked, room) if attempt is None else _settling(answer(asked, room), attempt, desk)
            _open(desk, asked, events, request)
        answer_id = asked.id if attempt is None else attempt.answer
        await request.stream(desk.streams.follow(asked.tenant, answer_id), (*sse.HEADERS, *limits))
        return
    if attempt is not None and not first:
        if attempt.body is None:
            raise still_running()
        await request.answer(200, attempt.body.encode(), (*JSON, *limits, *REPLAYED))
        return
    events = answer(asked, room) if attempt is None else _settling(answer(asked, room), attempt, desk)
    async with listening(request):
        finished = await whole(events)
    await request.answer(200, answers.to_json(finished), (*JSON, *limits))


async def resume(request: Request, desk: Desk, answer_id: str) -> None:
    """Continue a stream after the event named by Last-Event-ID."""
    caller, limits = await desk.admit(request, "ask")
    await request.body()
    seen = request.header(b"last-event-id") or "0"
    if not seen.isascii() or not seen.isdigit() or len(seen) > 9:
        raise InvalidInput(
            Text(en="Last-Event-ID must be the number of an event.", zh="Last-Event-ID 应为事件编号。"),
            code="bad_event_id",
        )
    await request.stream(desk.streams.follow(caller.tenant, answer_id, int(seen)), (*sse.HEADERS, *limits))


def understood(asked_for: AskInput, caller: Caller, request: Request, room: Room) -> Asked:
    """Make the question of what came in. Raises InvalidInput, TooLarge, Unprocessable."""
    text = readable(asked_for.question)
    if asked_for.domain is not None and asked_for.domain not in room.domains:
        raise InvalidInput(texts.unknown_domain(asked_for.domain[:40], ", ".join(room.domains)), code="unknown_domain")
    known = asked_for.conversation_id
    return Asked(
        text,
        caller.tenant,
        caller.groups,
        conversation=ids.fresh() if known is None else str(known),
        continues=known is not None,
        key_id=caller.key_id,
        channel=(request.header(b"x-channel") or "api")[:32],
        domain=asked_for.domain,
        language=asked_for.language,
        reader=request.language,
        max_tokens=asked_for.max_tokens,
    )


async def whole(events: AsyncGenerator[Event, None]) -> Answer:
    """Wait for the finished answer. Raises what the pipeline says has failed."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return event.answer
            if isinstance(event, Failed):
                raise event.error
    raise ClientGone  # only a pipeline that was closed from outside ends without either


def _streams(asked_for: AskInput, request: Request) -> bool:
    if asked_for.stream is not None:
        return asked_for.stream
    return "text/event-stream" in (request.header(b"accept") or "")


def _open(desk: Desk, asked: Asked, events: AsyncGenerator[Event, None], request: Request) -> None:
    language = request.language
    desk.streams.open(asked.tenant, asked.id, events, lambda number, event: sse.encode(number, event, language))


async def _begin(request: Request, desk: Desk, asked: Asked, body: bytes) -> tuple[Attempt | None, bool]:
    key = request.header(b"idempotency-key")
    if key is None:
        return None, True
    return await desk.idempotency.begin(asked.tenant, key, body, asked.id)


async def _settling(events: AsyncGenerator[Event, None], attempt: Attempt, desk: Desk) -> AsyncGenerator[Event, None]:
    """Pass events on; keep the answer under its idempotency key, or free the key when there is none."""
    settled = False
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Finished):
                    await desk.idempotency.finish(attempt, answers.to_json(event.answer))
                    settled = True
                yield event
    finally:
        if not settled:
            await desk.idempotency.release(attempt)
