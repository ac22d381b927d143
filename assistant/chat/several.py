"""A message with several wishes: which intents its clauses have, and whether curated entries answer all of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from assistant.chat.asked import Asked
from assistant.chat.form import without_form
from assistant.chat.room import Room
from assistant.faq.courtesy import only_courtesy
from assistant.faq.lookup import FaqMatch
from assistant.intents.clauses import clauses, left_out
from assistant.intents.types import IntentGuess, Route

SURE = 0.7
"""From this confidence on a clause is said to have an intent of its own."""
_WISHES = frozenset({Route.FAQ, Route.DOMAIN})


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message asks for beside its first wish: (intent, clause), and the curated answers to all its wishes."""

    also: tuple[tuple[str, str], ...] = ()
    curated: tuple[FaqMatch, ...] = ()


def wishes(text: str) -> list[str]:
    """Cut a message into what it asks for; empty for most messages, which ask for one thing."""
    pieces = [piece for piece in clauses(without_form(text)) if not only_courtesy(piece)]
    return pieces if len(pieces) > 1 else []  # "How do I pay? Thank you!" is one wish


async def hear(asked: Asked, language: str, guess: IntentGuess, room: Room) -> Heard:
    """Look at the clauses of a message one by one; nothing for most messages, without encoding.

    A wish for a human stands alone: the colleague reads the whole message.
    """
    pieces = wishes(asked.text) if guess.route in _WISHES else []
    if not pieces:  # each clause costs an encoding
        return Heard()
    vectors = await asyncio.gather(*(room.encode(piece) for piece in pieces))
    each = list(zip(pieces, vectors, strict=True))
    found: dict[str, str] = {}
    for piece, vector in each:
        own = room.intents.classify(asked.tenant, piece, vector)
        if own.route in _WISHES and own.confidence >= SURE and own.name != guess.name:
            found.setdefault(own.name, piece)
    if any(not only_courtesy(piece) for piece in left_out(without_form(asked.text))):
        return Heard(tuple(found.items()))
    return Heard(tuple(found.items()), room.faq.together(asked.tenant, asked.text, each, language, asked.groups))
