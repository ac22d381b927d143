"""The cache of generated answers as the pipeline sees it: a reply given before, or the right to make a new one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeVar, cast

from django.db import connection
from pydantic import TypeAdapter

from assistant.chat.asked import Asked
from assistant.chat.events import Delta, Refused, Sources
from assistant.chat.memory import Memory
from assistant.chat.replies import Reply
from assistant.chat.room import Room
from assistant.chat.understanding import Understood
from assistant.faq.flights import Seat
from assistant.faq.generated import Scope
from assistant.faq.lasting import lasts
from assistant.intents.types import IntentGuess, Route
from domains.types import Evidence
from retrieval.types import Vectors

Step = Sources | Delta | Refused | Reply
P = ParamSpec("P")
T = TypeVar("T")
_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


@dataclass(slots=True)
class Making:
    """An answer in the making: `note` its evidence and what is shown, so that it can be kept."""

    evidence: Evidence | None = None
    reply: Reply | None = field(default=None)


async def scope_of(
    asked: Asked, understood: Understood, memory: Memory, guess: IntentGuess, room: Room
) -> Scope | None:
    """Say what the answer would depend on; None when it may not be kept.

    That is when the question is personal or about the moment, refers to earlier turns, or no model is up.
    """
    alone = not memory.turns and understood.standalone == understood.core
    if room.kept is None or not alone or asked.history or not lasts(asked.text):
        return None
    info = None if room.model_warming() else await room.model.info()
    if info is None:
        return None
    return Scope(
        asked.tenant,
        asked.groups,
        asked.domain or guess.domain,
        understood.language,
        f"{info.name} {info.engine} {info.experts}",
        room.prompts,
        asked.max_tokens,
        guess.route is Route.FAQ,
    )


async def served(
    scope: Scope | None,
    text: str,
    make: Callable[[Making], AsyncGenerator[Step, None]],
    room: Room,
    vector: Vectors | None = None,
) -> AsyncGenerator[Step, None]:
    """Yield the steps of the answer given before, else those of `make`, once for all who ask the same right now.

    With the question embedding `vector` [dimension], an answer to the same question in other words will do.
    """
    if scope is None or room.kept is None:
        async with aclosing(make(Making())) as steps:
            async for step in steps:
                yield step
        return
    waited = False
    while True:
        reply = await _found(scope, text, room, vector)
        if reply is not None:
            yield Sources(reply.sources)
            yield Delta(reply.text)
            yield reply
            return
        async with _seat(scope, text, room, alone=waited) as seat:
            if seat.leads:
                async with aclosing(_made(scope, text, make, room, vector)) as steps:
                    async for step in steps:
                        seat.landed = seat.landed or isinstance(step, Reply)
                        yield step
                return
            waited = seat.landed  # what landed and cannot be found was not kept: then everybody asks for himself


@asynccontextmanager
async def _seat(scope: Scope, text: str, room: Room, *, alone: bool) -> AsyncIterator[Seat]:
    if alone or room.flights is None:
        yield Seat(leads=True)
        return
    async with room.flights.board(scope.key(text)) as seat:
        yield seat


async def _made(
    scope: Scope,
    text: str,
    make: Callable[[Making], AsyncGenerator[Step, None]],
    room: Room,
    vector: Vectors | None,
) -> AsyncGenerator[Step, None]:
    making, began = Making(), room.clock()
    async with aclosing(make(making)) as steps:
        async for step in steps:
            if isinstance(step, Reply):
                await _keep(scope, text, step, making, room.clock() - began, room, vector)
            yield step


def _with_rows(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Give the thread's connection back to the pool afterwards."""
    try:
        return work(*args, **kwargs)
    finally:
        connection.close()


async def _found(scope: Scope, text: str, room: Room, vector: Vectors | None) -> Reply | None:
    found = None if room.kept is None else await room.in_thread(_with_rows, room.kept.find, scope, text, vector)
    if found is None:
        return None
    kept = _REPLY.validate_python(found.body)
    return replace(kept, layer="cache", usage=None)


async def _keep(
    scope: Scope, text: str, reply: Reply, making: Making, seconds: float, room: Room, vector: Vectors | None
) -> None:
    """Keep what a model said from documents; quotes cost nothing to make again, refusals may change."""
    fit = reply.layer == "model" and reply.grounded and reply.refused is None and reply.handoff is None
    if not fit or making.evidence is None or room.kept is None:
        return
    body = cast("dict[str, Any]", _REPLY.dump_python(reply, mode="json"))
    await room.in_thread(_with_rows, room.kept.keep, scope, text, body, making.evidence.hits, seconds, vector)
