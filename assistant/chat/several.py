"""A message with several wishes: which intents its clauses have beside the one that is answered."""

from __future__ import annotations

import asyncio

from assistant.chat.room import Room
from assistant.faq.courtesy import only_courtesy
from assistant.intents.clauses import clauses
from assistant.intents.types import IntentGuess, Route

SURE = 0.7
"""From this confidence on a clause is said to have an intent of its own."""
_WISHES = frozenset({Route.FAQ, Route.DOMAIN})


async def others(tenant: str, text: str, guess: IntentGuess, room: Room) -> tuple[tuple[str, str], ...]:
    """Return (intent, clause) for what the message asks beside `guess`; nothing for most messages, without encoding.

    A wish for a human stands alone: the colleague reads the whole message.
    """
    pieces = [piece for piece in clauses(text) if not only_courtesy(piece)] if guess.route in _WISHES else []
    if len(pieces) < 2:  # "How do I pay? Thank you!" is one wish, and each clause costs an encoding
        return ()
    vectors = await asyncio.gather(*(room.encode(piece) for piece in pieces))
    found: dict[str, str] = {}
    for piece, vector in zip(pieces, vectors, strict=True):
        own = room.intents.classify(tenant, piece, vector)
        if own.route in _WISHES and own.confidence >= SURE and own.name != guess.name:
            found.setdefault(own.name, piece)
    return tuple(found.items())
