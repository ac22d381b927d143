"""What can be said before any search: curated, small talk, hand-over. Each step returns a Reply or None."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from assistant.chat import handoff, texts
from assistant.chat.answers import (
    AlsoShown,
    HandoffShown,
    IntentShown,
    Layer,
    ModelShown,
    RefusalShown,
    SlotShown,
    Source,
    SuggestionShown,
    UsageShown,
)
from assistant.chat.asked import Asked
from assistant.chat.memory import Memory
from assistant.chat.understanding import Understood
from assistant.faq.lookup import FaqMatch
from assistant.intents.types import IntentGuess, Route
from domains.excerpts import passage
from domains.protocols import Domain
from domains.types import Evidence, Question
from retrieval.types import Chunk, Hit


@dataclass(frozen=True, slots=True)
class Reply:
    """All of an answer but its identity and timings. `begins_handoff` says that this turn calls a human."""

    text: str
    layer: Layer
    intent: IntentShown
    domain: str
    sources: tuple[Source, ...] = ()
    grounded: bool = False
    refused: RefusalShown | None = None
    handoff: HandoffShown | None = None
    begins_handoff: bool = False
    model: ModelShown | None = None
    usage: UsageShown | None = None
    suggestions: tuple[SuggestionShown, ...] = ()


def intent_of(guess: IntentGuess) -> IntentShown:
    """Show a guess."""
    slots = tuple(SlotShown(slot.kind, slot.text, slot.value) for slot in guess.slots)
    also = tuple(AlsoShown(name, text) for name, text in guess.also)
    return IntentShown(guess.name, round(guess.confidence, 4), slots, also)


def left_open(reply: Reply, understood: Understood) -> str:
    """Name what else was asked, so that nobody waits for it; empty when there is nothing, or nothing was answered."""
    also = reply.intent.also if reply.refused is None and reply.handoff is None else ()
    if not also or (reply.layer == "faq" and len(reply.sources) > 1):  # all of it was answered
        return ""
    return "\n\n" + texts.also_asked([one.text for one in also]).of(understood.language)


def left_to_human(memory: Memory, understood: Understood) -> Reply | None:
    """Stay silent once a colleague answers."""
    if memory.human != "accepted":
        return None
    refused = RefusalShown("with_human", texts.WITH_HUMAN.of(understood.language))
    shown = HandoffShown("with_human", "accepted")
    return Reply(refused.reason, "faq", IntentShown("", 0.0), "general", refused=refused, handoff=shown)


def curated(match: FaqMatch | None, guess: IntentGuess | None = None) -> Reply | None:
    """Answer with a curated entry, which is its own source."""
    if match is None:
        return None
    intent = IntentShown(match.intent, 1.0) if guess is None else intent_of(guess)
    source = Source(1, f"faq:{match.key}", f"faq:{match.key}", match.question, 1, round(match.score, 6))
    return Reply(match.answer, "faq", intent, match.domain, (source,), grounded=True)


def together(matches: tuple[FaqMatch, ...], guess: IntentGuess) -> Reply | None:
    """Answer several wishes at once, each by a curated entry under its question."""
    if not matches:
        return None
    sources = tuple(
        Source(n, f"faq:{match.key}", f"faq:{match.key}", match.question, 1, round(match.score, 6))
        for n, match in enumerate(matches, 1)
    )
    text = "\n\n".join(f"**{match.question}**\n\n{match.answer}" for match in matches)
    return Reply(text, "faq", intent_of(guess), matches[0].domain, sources, grounded=True)


def evidence_of(match: FaqMatch, asked: Asked) -> Hit:
    """Make a curated answer a passage that may be cited.

    No chunk of the knowledge base has its id, so what leans on it is never kept as a generated answer: an edit of the
    entry needs nothing withdrawn. It has no `similarity`: two questions are closer than a question and a passage, and
    the evidence check would take that for an answer.
    """
    name = f"faq:{match.key}"
    checksum = hashlib.sha256(match.answer.encode()).hexdigest()
    chunk = Chunk(name, name, 1, checksum, asked.tenant, match.answer, match.question, match.language, match.domain)
    return Hit(chunk, match.score)


def passed_on(guess: IntentGuess, memory: Memory, understood: Understood) -> Reply | None:
    """Call a human when the asker wants one."""
    if guess.route is not Route.HUMAN:
        return None
    passing = handoff.asked_for(memory, understood.language, guess.reply(understood.language))
    return Reply(
        passing.text,
        "faq",
        intent_of(guess),
        guess.domain,
        handoff=passing.shown,
        begins_handoff=passing.begins,
    )


def small_talk(guess: IntentGuess, understood: Understood) -> Reply | None:
    """Answer a greeting or thanks with the sentence kept for it."""
    ready = guess.reply(understood.language) if guess.route is Route.SMALL_TALK else None
    return None if ready is None else Reply(ready, "faq", intent_of(guess), guess.domain)


def refusal(
    refused: RefusalShown,
    layer: Layer,
    guess: IntentGuess,
    domain: Domain,
    memory: Memory,
    *,
    offer_human: bool,
    sources: tuple[Source, ...] = (),
) -> Reply:
    """Refuse, with the way to a human."""
    shown, begins = handoff.after_refusal(memory, refused.code) if offer_human else (None, False)
    return Reply(
        refused.reason,
        layer,
        intent_of(guess),
        domain.name,
        sources,
        refused=refused,
        handoff=shown,
        begins_handoff=begins,
    )


UNKNOWN = frozenset({"no_evidence", "ungrounded", "bad_citation", "no_model"})
"""Refusals that mean: this is not known here. Others (danger, rules of a domain) have a reason of their own."""


def is_unsure(reply: Reply) -> bool:
    """Say whether the asker is left without an answer, or with words on documents that may miss the question."""
    if reply.refused is not None:
        return reply.refused.code in UNKNOWN
    return reply.layer == "retrieval" or (reply.layer in {"model", "cache"} and bool(reply.sources))


def offering(reply: Reply, near: tuple[FaqMatch, ...]) -> Reply:
    """Offer the curated questions that may have been meant."""
    return replace(reply, suggestions=tuple(SuggestionShown(match.variant, match.key) for match in near))


def sources_of(evidence: Evidence) -> tuple[Source, ...]:
    """Number the hits that the answer may cite, or, where nothing answers, those that are nearest."""
    return tuple(Source.of_hit(n, hit) for n, hit in enumerate(evidence.hits or evidence.nearest, 1))


def pointing(refused: RefusalShown, domain: Domain, evidence: Evidence, question: Question) -> RefusalShown:
    """Let a refusal for want of an answer say which documents come nearest, and what the nearest says.

    Where a domain insists on evidence (finance, medicine) they are named only: half an answer is none there.
    """
    if refused.code != "no_evidence" or not evidence.nearest:
        return refused
    titles = [hit.chunk.title for hit in evidence.nearest]
    if domain.requires_evidence:
        near = texts.closest(titles).of(question.language)
        return replace(refused, reason=f"{refused.reason}\n\n{near}")
    quoted = passage(question.standalone, evidence.nearest[0])
    return replace(refused, reason=texts.unsure(titles, quoted).of(question.language))
