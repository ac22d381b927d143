"""`POST /api/v1/code`: complete, edit, explain, fix a failing test; as JSON or as server-sent events.

A round belongs to a conversation like any other answer, so that the next one can refer to it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.accounts.caller import Caller
from assistant.api import inputs, problems, sse
from assistant.api.codinginputs import CodeInput
from assistant.api.errors import ClientGone
from assistant.api.http import JSON, Request
from assistant.api.lentmodel import LentModel
from assistant.api.listening import listening
from assistant.api.testruns import sandbox_away, shown
from assistant.chat import ids, turns
from assistant.chat.answers import IntentShown
from assistant.chat.asked import Asked, readable
from assistant.chat.failures import as_seen_by_caller
from assistant.chat.generation import counted, shown_model
from assistant.chat.memory import Memory
from assistant.chat.replies import Reply
from assistant.chat.room import Room
from assistant.chat.stopwatch import Stopwatch
from assistant.chat.understanding import Understood, spoken_in
from assistant.errors import AssistantError
from domains.codegen.coding import coder
from domains.codegen.coding.coder import Piece, Stage
from domains.codegen.coding.work import Wish, Worked
from domains.codegen.engine.errors import Cancelled, EngineError
from domains.codegen.workshop import Workshop, WorkshopClosed
from inference.client.errors import ModelError

if TYPE_CHECKING:
    from assistant.api.desk import Desk

logger = logging.getLogger(__name__)

FIXES = 1
"""Fixes at once in a process: each runs tests, which takes a core."""


class Benches:
    """Where failing tests are fixed: few at once."""

    def __init__(self, workshop: Workshop | None = None) -> None:
        self._given = workshop

    @cached_property
    def workshop(self) -> Workshop:
        """The sandbox, made when it is first needed."""
        return self._given or Workshop()

    @cached_property
    def places(self) -> asyncio.Semaphore:
        """Belongs to the event loop of the first request."""
        return asyncio.Semaphore(FIXES)


@dataclass(frozen=True, slots=True)
class Told:
    """An event: `name` is started, context, delta, progress, finished or failed."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    error: AssistantError | None = None


async def work(request: Request, desk: Desk) -> None:
    """Do what is asked. Closing the connection stops it."""
    caller, limits = await desk.admit(request, "ask")
    asked_for = inputs.parse(CodeInput, await request.body(), request.header(b"content-type"))
    if asked_for.task == "fix":
        caller.require("tests")
    request.language = asked_for.language or spoken_in(asked_for.instruction) or request.language
    asked, room = _asked(asked_for, caller, request), desk.room()
    wish = asked_for.wish(request.language, ())  # refused before anything is remembered or looked up
    memory = await room.memories.recall(asked)
    wish = asked_for.wish(wish.language, memory.messages())
    events = _events(asked, memory, wish, room, desk.benches)
    streams = "text/event-stream" in (request.header(b"accept") or "")
    if streams if asked_for.stream is None else asked_for.stream:
        await request.stream(_frames(events, request.language), (*sse.HEADERS, *limits))
        return
    async with listening(request):
        finished = await _whole(events)
    await request.answer(200, json.dumps(finished, ensure_ascii=False).encode(), (*JSON, *limits))


def _asked(asked_for: CodeInput, caller: Caller, request: Request) -> Asked:
    known = asked_for.conversation_id
    return Asked(
        readable(asked_for.question), caller.tenant, caller.groups,
        conversation=ids.fresh() if known is None else str(known), continues=known is not None,
        key_id=caller.key_id, channel=(request.header(b"x-channel") or "code")[:32], domain="code",
        language=asked_for.language, reader=request.language,
    )  # fmt: skip


async def _events(asked: Asked, memory: Memory, wish: Wish, room: Room, benches: Benches) -> AsyncGenerator[Told, None]:
    """Work, and record the round. Failures are events."""
    watch, turn = Stopwatch(room.clock), turns.Draft(asked, room.now())
    understood = Understood(asked.text, asked.text, asked.text, wish.language)
    yield Told("started", {"id": asked.id, "conversation_id": asked.conversation})
    try:
        worked = Worked(wish.task, "")
        async with aclosing(_working(wish, room, benches)) as events:
            async for event in events:
                match event:
                    case Piece():
                        watch.token()
                        yield Told("delta", {"text": event.text})
                    case Stage("context"):
                        seen = [asdict(one) for one in event.seen]
                        yield Told("context", {"passages": seen, "tokens": event.tokens})
                    case Stage():
                        yield Told("progress", {"stage": event.name})
                    case Worked():
                        worked = event
        said = _said(worked)
        reply = Reply(
            said, "model", IntentShown("", 0.0), "code", model=await shown_model(room.model),
            usage=counted(worked.usage),
        )  # fmt: skip
        finished = turn.finished(reply, understood, watch.timings())
        await room.recorder.record(*turn.record(finished, reply, understood, memory))
    except (AssistantError, ModelError, EngineError, WorkshopClosed, TimeoutError) as fault:
        error = _seen(fault, room)
        room.recorder.record_later(*turn.cut_short("failed", error.code, understood, memory))
        yield Told("failed", error=error)
        return
    except (GeneratorExit, asyncio.CancelledError):  # the asker left
        room.recorder.record_later(*turn.cut_short("stopped", "asker_left", understood, memory))
        raise
    yield Told("finished", {"id": asked.id, "conversation_id": asked.conversation, **fields(worked)})


async def _working(wish: Wish, room: Room, benches: Benches) -> AsyncGenerator[coder.Event, None]:
    model = LentModel(room)
    if wish.task != "fix":
        async with aclosing(coder.work(wish, model)) as events:
            async for event in events:
                yield event
        return
    async with benches.places, aclosing(benches.workshop.fix(wish, model)) as events:
        async for event in events:
            yield event


def fields(worked: Worked) -> dict[str, Any]:
    """Return what came of it under its public keys."""
    verdict = None if worked.verdict is None else asdict(worked.verdict)
    passed = None if worked.passed is None else {"runs": worked.passed[1], "passed": worked.passed[0]}
    return {
        "task": worked.task, "text": worked.text,
        "change": None if worked.change is None else asdict(worked.change),
        "syntax": {"ok": not worked.faults, "faults": [asdict(fault) for fault in worked.faults]},
        "context": [asdict(seen) for seen in worked.context], "context_tokens": worked.context_tokens,
        "executed": worked.executed, "passed": passed, "verdict": verdict,
        "unknown_names": list(worked.unknown_names), "rounds": worked.rounds,
    }  # fmt: skip


def _said(worked: Worked) -> str:
    """Write the round as the conversation remembers it."""
    verdict = "" if worked.verdict is None else f"{worked.verdict.wrong}: {worked.verdict.why}\n"
    code = worked.text if worked.task == "explain" or not worked.text else f"```\n{worked.text}\n```"
    return f"{verdict}{code}".strip() or "-"


_Fault = AssistantError | ModelError | EngineError | WorkshopClosed | TimeoutError


def _seen(fault: _Fault, room: Room) -> AssistantError:
    if isinstance(fault, WorkshopClosed):
        logger.error("code.sandbox_unavailable reason=%s", fault)
        return sandbox_away()
    if isinstance(fault, TimeoutError):
        return shown(Cancelled("It took too long."))
    return shown(fault) if isinstance(fault, EngineError) else as_seen_by_caller(fault, room)


async def _whole(events: AsyncGenerator[Told, None]) -> dict[str, Any]:
    async with aclosing(events):
        async for event in events:
            if event.error is not None:
                raise event.error
            if event.name == "finished":
                return event.data
    raise ClientGone  # only work that was closed from outside ends without either


async def _frames(events: AsyncGenerator[Told, None], language: str) -> AsyncGenerator[bytes, None]:
    number = 0
    async with aclosing(events):
        async for event in events:
            number += 1
            data = json.dumps(event.data, ensure_ascii=False).encode()
            if event.error is not None:
                data = problems.problem(event.error, language)
            yield b"id: %d\nevent: %b\ndata: %b\n\n" % (number, event.name.encode(), data)
