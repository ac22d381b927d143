"""The part of an answer that the model writes, as the domain lets it through."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.chat import guard, replies
from assistant.chat.answers import ModelShown, RefusalShown, Source, UsageShown
from assistant.chat.events import Delta, Refused
from assistant.chat.memory import Memory
from assistant.chat.replies import Reply
from assistant.chat.room import Room
from assistant.chat.stopwatch import Stopwatch
from assistant.intents.types import IntentGuess
from domains.protocols import Domain
from domains.types import Done, Evidence, Question, Refusal, TextDelta
from inference.client.types import ModelInfo, Usage


async def generate(
    room: Room,
    domain: Domain,
    question: Question,
    evidence: Evidence,
    guess: IntentGuess,
    memory: Memory,
    sources: tuple[Source, ...],
    watch: Stopwatch,
) -> AsyncGenerator[Delta | Refused | Reply, None]:
    """Yield deltas, perhaps a refusal, and last the reply. Raises ModelError, Unavailable (overloaded)."""
    shown: list[str] = []
    end: Done | Refusal = Done(grounded=False)
    with room.slots.take():
        async with aclosing(domain.respond(question, evidence, room.model)) as responses:
            async for response in responses:
                if not isinstance(response, TextDelta):
                    end = response
                    continue
                watch.token()
                shown.append(response.text)
                yield Delta(response.text)
    text = "".join(shown)
    if isinstance(end, Done):
        judged = guard.judge(domain, question, evidence, text)
        if judged.refused is None:
            yield await _reply(room, domain, guess, sources, judged.text, end)
            return
        refused, offer_human = judged.refused, judged.offer_human
    else:
        refused, offer_human = _declined(end, text), end.offer_human
    yield Refused(refused)
    asked_model = bool(sources) or bool(text.strip())
    yield replies.refusal(
        refused,
        "model" if asked_model else "retrieval",
        guess,
        domain,
        memory,
        offer_human=offer_human,
        sources=sources,
    )


def _declined(refusal: Refusal, said: str) -> RefusalShown:
    """A refusal after an opening (what to do in an emergency) keeps the opening."""
    reason = f"{said.strip()}\n\n{refusal.reason}" if said.strip() else refusal.reason
    return RefusalShown(refusal.code, reason)


async def _reply(
    room: Room, domain: Domain, guess: IntentGuess, sources: tuple[Source, ...], text: str, done: Done
) -> Reply:
    info = await room.model.info() if done.layer == "model" else None
    return Reply(
        text,
        done.layer,
        replies.intent_of(guess),
        domain.name,
        sources,
        grounded=done.grounded,
        model=_shown(info),
        usage=_counted(done.usage),
    )


def _shown(info: ModelInfo | None) -> ModelShown | None:
    return None if info is None else ModelShown(info.name, info.engine, info.kernel, info.experts)


def _counted(usage: Usage | None) -> UsageShown | None:
    return None if usage is None else UsageShown(usage.prompt_tokens, usage.completion_tokens)
