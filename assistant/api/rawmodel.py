"""The generator alone, asked for by its own name: no documents, no domain, the caller's own prompt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.api.inputs import ChatInput
from assistant.chat import turns
from assistant.chat.answers import IntentShown
from assistant.chat.asked import Asked
from assistant.chat.events import Delta, Event, Failed, Finished, Started
from assistant.chat.failures import as_seen_by_caller
from assistant.chat.generation import counted, shown_model
from assistant.chat.memory import EMPTY
from assistant.chat.replies import Reply
from assistant.chat.room import Room
from assistant.chat.stopwatch import Stopwatch
from assistant.chat.understanding import understand
from assistant.errors import AssistantError
from inference.client.errors import ModelError
from inference.client.types import ChatRequest, Message, Sampling, Usage


async def raw_answer(
    asked: Asked, messages: tuple[Message, ...], wanted: ChatInput, room: Room
) -> AsyncGenerator[Event, None]:
    """Stream the model's answer to `messages`, recorded like any other. Raises nothing; failures are events."""
    watch = Stopwatch(room.clock)
    turn = turns.Draft(asked, room.now())
    understood = understand(asked, EMPTY)
    yield Started(asked.id, asked.conversation)
    text: list[str] = []
    usage: Usage | None = None
    try:
        with room.slots.take():
            async with aclosing(room.model.stream(ChatRequest(messages, sampling(wanted)))) as deltas:
                async for delta in deltas:
                    usage = delta.usage or usage
                    if delta.text:
                        watch.token()
                        text.append(delta.text)
                        piece = Delta(delta.text)
                        turn.note(piece)
                        yield piece
        reply = await _reply("".join(text), usage, room)
        finished = turn.finished(reply, understood, watch.timings())
        await room.recorder.record(*turn.record(finished, reply, understood, EMPTY))
    except (AssistantError, ModelError) as fault:
        error = as_seen_by_caller(fault, room)
        room.recorder.record_later(*turn.cut_short("failed", error.code, understood, EMPTY))
        yield Failed(error)
        return
    except (GeneratorExit, asyncio.CancelledError):  # the asker left
        room.recorder.record_later(*turn.cut_short("stopped", "asker_left", understood, EMPTY))
        raise
    yield Finished(finished)


async def _reply(text: str, usage: Usage | None, room: Room) -> Reply:
    shown = await shown_model(room.model)
    return Reply(text, "model", IntentShown("", 0.0), "general", model=shown, usage=counted(usage))


def sampling(wanted: ChatInput) -> Sampling:
    """How the caller wants tokens drawn; what is left out is our default."""
    preset = Sampling()
    stop = (wanted.stop,) if isinstance(wanted.stop, str) else tuple(wanted.stop or ())
    return Sampling(
        max_tokens=wanted.longest or preset.max_tokens,
        temperature=preset.temperature if wanted.temperature is None else wanted.temperature,
        top_p=preset.top_p if wanted.top_p is None else wanted.top_p,
        stop=stop,
    )
