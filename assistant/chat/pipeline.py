"""A question becomes an answer. This is the house's first sentence, one call a step:

exact curated answer -> encode -> intent -> human, semantic curated answer, small talk
-> an answer given before whose evidence stands -> search and evidence
-> the domain answers (quotes, asks the model, refuses) -> guard -> written down -> finished
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from assistant.chat import caching, replies, several, turns
from assistant.chat.asked import Asked
from assistant.chat.caching import Making
from assistant.chat.events import Delta, Event, Failed, Finished, Refused, Sources, Started
from assistant.chat.failures import as_seen_by_caller
from assistant.chat.form import without_form
from assistant.chat.generation import respond
from assistant.chat.memory import Memory
from assistant.chat.replies import Reply
from assistant.chat.room import Room
from assistant.chat.stopwatch import Stopwatch
from assistant.chat.understanding import Understood, understand
from assistant.errors import AssistantError
from assistant.faq.lookup import FaqMatch
from assistant.intents.types import IntentGuess, Route
from inference.client.errors import ModelError
from retrieval.errors import RetrievalError
from retrieval.types import Filter, Vectors


async def answer(asked: Asked, room: Room) -> AsyncGenerator[Event, None]:
    """Answer a question: `started`, `sources`, deltas, perhaps `refused`, then `finished`, or `failed` instead.

    The turn is in safe keeping before `finished` is yielded. Closing the generator stops the model and records what
    was shown so far. Raises nothing but what the caller throws in.
    """
    watch = Stopwatch(room.clock)
    turn = turns.Draft(asked, room.now())
    yield Started(asked.id, asked.conversation)
    try:
        memory = await room.memories.recall(asked)
    except AssistantError as unknown:  # whose conversation it is could not be told, so nothing is written into it
        yield Failed(unknown)
        return
    understood = understand(asked, memory)
    try:
        async with aclosing(_reply(asked, understood, memory, room, watch)) as steps:
            async for step in steps:
                if isinstance(step, Reply):
                    reply = step
                    continue
                turn.note(step)
                yield step
        if note := replies.left_open(reply, understood):
            reply = replace(reply, text=reply.text + note)
            turn.note(Delta(note))
            yield Delta(note)
        finished = turn.finished(reply, understood, watch.timings())
        await room.recorder.record(*turn.record(finished, reply, understood, memory))
    except (AssistantError, ModelError, RetrievalError) as fault:
        error = as_seen_by_caller(fault, room)
        room.recorder.record_later(*turn.cut_short("failed", error.code, understood, memory))
        yield Failed(error)
        return
    except (GeneratorExit, asyncio.CancelledError):  # the asker left
        room.recorder.record_later(*turn.cut_short("stopped", "asker_left", understood, memory))
        raise
    yield Finished(finished)


async def _reply(
    asked: Asked, understood: Understood, memory: Memory, room: Room, watch: Stopwatch
) -> AsyncGenerator[Sources | Delta | Refused | Reply, None]:
    """Yield what is shown, then the reply it adds up to."""
    reply = replies.left_to_human(memory, understood) or replies.curated(
        room.faq.exact(asked.tenant, asked.text, asked.groups)
    )
    watch.faq_done()
    if reply is None:
        seen = await _recognise(asked, understood, room)
        watch.intent_done()
        match = room.faq.nearest(asked.tenant, seen.vector, seen.text, understood.language, asked.groups)
        watch.faq_done()
        reply = (
            replies.passed_on(seen.guess, memory, understood)
            or replies.together(seen.curated, seen.guess)
            or replies.curated(match, seen.guess)
            or replies.small_talk(seen.guess, understood)
        )
    if reply is not None:
        watch.token()
        yield Sources(reply.sources)
        yield Delta(reply.text) if reply.refused is None else Refused(reply.refused)
        yield reply
        return
    scope = await caching.scope_of(asked, understood, memory, seen.guess, room)

    def make(making: Making) -> AsyncGenerator[Sources | Delta | Refused | Reply, None]:
        return _from_evidence(asked, understood, memory, seen, room, watch, making)

    async with aclosing(caching.served(scope, asked.text, make, room, seen.vector)) as steps:
        async for step in steps:
            if isinstance(step, Delta):
                watch.token()
            if isinstance(step, Reply) and replies.is_unsure(step):  # looked up now: curated questions may have changed
                near = room.faq.near(asked.tenant, seen.vector, seen.text, understood.language, asked.groups)
                yield replies.offering(step, near)
            else:
                yield step


async def _from_evidence(
    asked: Asked,
    understood: Understood,
    memory: Memory,
    seen: _Recognised,
    room: Room,
    watch: Stopwatch,
    making: Making,
) -> AsyncGenerator[Sources | Delta | Refused | Reply, None]:
    """Search, and let the domain answer. A curated answer that is probably meant, but not surely, is evidence too."""
    curated = room.faq.probable(asked.tenant, seen.vector, seen.text, understood.language, asked.groups)
    fits = curated is not None and asked.domain in {None, curated.domain}
    known = [replies.evidence_of(curated, asked)] if curated is not None and fits else []
    within = Filter(asked.tenant, asked.groups, domain=asked.domain)
    evidence = await room.find(seen.text, seen.vector, within, known)
    making.evidence = evidence
    watch.retrieval_done()
    yield Sources(replies.sources_of(evidence))
    domain = room.domain(asked.domain or seen.guess.domain)
    about_company = seen.guess.route is Route.FAQ
    question = understood.question(seen.guess.name, memory, asked.max_tokens, about_company=about_company)
    async with aclosing(respond(room, domain, question, evidence, seen.guess, memory, watch)) as pieces:
        async for piece in pieces:
            yield piece


@dataclass(frozen=True, slots=True)
class _Recognised:
    """The text that was looked at, its embedding and intent; `curated` answers all of several wishes."""

    text: str
    vector: Vectors
    guess: IntentGuess
    curated: tuple[FaqMatch, ...] = ()


async def _recognise(asked: Asked, understood: Understood, room: Room) -> _Recognised:
    """Encode and classify. What was said stands first: "thanks" after a question is thanks, not a follow-up."""
    core = without_form(understood.core)
    vector = await room.encode(core)
    guess = room.intents.classify(asked.tenant, core, vector)
    heard = await several.hear(asked, understood.language, guess, room)
    guess = replace(guess, also=heard.also)
    if understood.standalone == understood.core or guess.route in {Route.SMALL_TALK, Route.HUMAN}:
        return _Recognised(core, vector, guess, heard.curated)
    standalone = without_form(understood.standalone)
    vector = await room.encode(standalone)
    guess = room.intents.classify(asked.tenant, standalone, vector)
    return _Recognised(standalone, vector, guess)
