"""What a conversation remembers of itself: the last turns, its language, and whether a human was called.

Bounded on purpose: the last six turns and 2,000 characters of them are what a follow-up can refer to and what a
prompt can carry. The whole conversation stays in the database.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import TypeAdapter

from domains.types import Language
from inference.client.types import Message

TURNS = 6
CHARACTERS = 2_000
ANSWER_CHARACTERS = 600

Human = Literal["none", "requested", "accepted"]


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One earlier exchange; `standalone` is the question with its references resolved."""

    question: str
    standalone: str
    answer: str


@dataclass(frozen=True, slots=True)
class Memory:
    """A conversation as the next turn sees it, oldest turn first. `refusals` counts those in a row."""

    turns: tuple[PastTurn, ...] = ()
    language: Language | None = None
    human: Human = "none"
    refusals: int = 0

    def messages(self) -> tuple[Message, ...]:
        """Give the turns as chat messages, the newest that fit the bound."""
        kept: list[Message] = []
        room = CHARACTERS
        for turn in reversed(self.turns):
            answer = turn.answer[:ANSWER_CHARACTERS]
            room -= len(turn.question) + len(answer)
            if room < 0:
                break
            kept += [Message("assistant", answer), Message("user", turn.question)]
        return tuple(reversed(kept))

    def after(self, turn: PastTurn, language: Language, *, human: Human, refused: bool) -> Memory:
        """Return the memory once `turn` is over."""
        turns = (*self.turns, replace(turn, answer=turn.answer[:ANSWER_CHARACTERS]))[-TURNS:]
        return Memory(turns, language, human, self.refusals + 1 if refused else 0)


EMPTY = Memory()


_MEMORY: TypeAdapter[Memory] = TypeAdapter(Memory)


def dump(memory: Memory) -> bytes:
    """Write as JSON."""
    return _MEMORY.dump_json(memory)


def parse(data: bytes) -> Memory:
    """Read what `dump` wrote."""
    return _MEMORY.validate_json(data)


def of_messages(messages: tuple[Message, ...]) -> Memory:
    """Understand a conversation that the caller carries itself: pairs of a user's and the assistant's message."""
    turns: list[PastTurn] = []
    question: str | None = None
    for message in messages:
        if message.role == "user":
            question = message.content
        elif message.role == "assistant" and question is not None:
            turns.append(PastTurn(question, question, message.content[:ANSWER_CHARACTERS]))
            question = None
    return Memory(tuple(turns[-TURNS:]))
