"""The part of an answer that a domain gives: its deltas, the guard's word on them, and who wrote them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.chat import fallback, guard, replies, texts
from assistant.chat.answers import Layer, ModelShown, RefusalShown, UsageShown
from assistant.chat.attended import AttendedModel
from assistant.chat.events import Delta, Refused
from assistant.chat.guard import Judged
from assistant.chat.memory import Memory
from assistant.chat.replies import Reply
from assistant.chat.room import Room
from assistant.chat.stopwatch import Stopwatch
from assistant.intents.types import IntentGuess
from domains.protocols import Domain
from domains.types import Done, Evidence, Question, Refusal, TextDelta
from inference.client.errors import ModelTimeout, ModelUnavailable, NoModel
from inference.client.protocols import ChatModel
from inference.client.types import Usage

UNTIED = frozenset({"ungrounded", "bad_citation"})
"""Refusals that mean: there are documents, but the model's words could not be tied to them."""


async def respond(
    room: Room,
    domain: Domain,
    question: Question,
    evidence: Evidence,
    guess: IntentGuess,
    memory: Memory,
    watch: Stopwatch,
) -> AsyncGenerator[Delta | Refused | Reply, None]:
    """Yield deltas, perhaps a refusal, and last the reply.

    What the documents say takes the place of a model that is away, and of words that could not be tied to them: the
    reply then leaves out what was streamed before. Raises ModelError, Unavailable (overloaded).
    """
    model = AttendedModel(room.model, room.slots)
    shown: list[str] = []
    end: Done | Refusal = Done(grounded=False)
    try:
        async with aclosing(domain.respond(question, evidence, model)) as responses:
            async for response in responses:
                if not isinstance(response, TextDelta):
                    end = response
                    continue
                watch.token()
                shown.append(response.text)
                yield Delta(response.text)
        judged = _judged(domain, question, evidence, "".join(shown), end)
        if judged.refused is not None and judged.refused.code in UNTIED:
            instead = fallback.from_documents(domain, question, evidence, texts.UNTIED)
            if instead is not None:
                judged, end = instead, Done(grounded=True, layer="retrieval")
                yield Delta(f"\n\n{instead.text}" if shown else instead.text)
    except (ModelUnavailable, ModelTimeout):
        why = texts.WHILE_WARMING if room.model_warming() else texts.FROM_DOCUMENTS
        instead = None if shown else fallback.from_documents(domain, question, evidence, why)
        if instead is None:
            raise
        judged, end = instead, Done(grounded=True, layer="retrieval")
        yield Delta(judged.text)
    except NoModel:
        instead = fallback.from_documents(domain, question, evidence, texts.ONLY_DOCUMENTS)
        refused = RefusalShown("no_model", texts.NO_MODEL.of(question.language))
        judged, end = instead or Judged("", refused, offer_human=True), Done(grounded=True, layer="retrieval")
        model.asked = False
        if instead is not None:
            yield Delta(instead.text)
    sources = replies.sources_of(evidence)
    layer: Layer = "model" if model.asked else "retrieval"
    if judged.refused is not None:
        refused = replies.pointing(judged.refused, domain, evidence, question)
        yield Refused(refused)
        yield replies.refusal(refused, layer, guess, domain, memory, offer_human=judged.offer_human, sources=sources)
        return
    done = end if isinstance(end, Done) else Done(grounded=False)
    yield Reply(
        judged.text,
        done.layer,
        replies.intent_of(guess),
        domain.name,
        sources,
        grounded=done.grounded,
        model=await shown_model(room.model) if done.layer == "model" else None,
        usage=counted(done.usage),
    )


def _judged(domain: Domain, question: Question, evidence: Evidence, text: str, end: Done | Refusal) -> Judged:
    if isinstance(end, Refusal):
        return Judged("", RefusalShown(end.code, end.reason), end.offer_human)
    return guard.judge(domain, question, evidence, text)


async def shown_model(model: ChatModel) -> ModelShown | None:
    """Say who answered; None when the server has gone meanwhile."""
    info = await model.info()
    return None if info is None else ModelShown(info.name, info.engine, info.kernel, info.experts)


def counted(usage: Usage | None) -> UsageShown | None:
    """Show the tokens, when they were counted."""
    return None if usage is None else UsageShown(usage.prompt_tokens, usage.completion_tokens)
