"""When a human is offered, asked for, or already there.

A refusal offers a human; the second refusal in a row, or the wish itself, asks for one, once: while a hand-over is
open nothing makes another, so there is no loop. Once a colleague has accepted, the assistant stays silent.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.chat import texts
from assistant.chat.answers import HandoffShown
from assistant.chat.memory import Human, Memory
from domains.types import Language

REFUSALS_BEFORE_ASKING = 2
ASKED_FOR = "asked_for_human"
REPEATED = "repeated_refusals"


@dataclass(frozen=True, slots=True)
class Passing:
    """What the asker is told, what the turn shows, and whether a hand-over is to be made."""

    text: str
    shown: HandoffShown
    begins: bool


def asked_for(memory: Memory, language: Language, ready: str | None = None) -> Passing:
    """Answer the wish for a human; `ready` is the tenant's own sentence."""
    if memory.human == "none":
        return Passing(ready or texts.PASSED_ON.of(language), HandoffShown(ASKED_FOR, "requested"), begins=True)
    return Passing(texts.ALREADY_PASSED_ON.of(language), HandoffShown(ASKED_FOR, memory.human), begins=False)


def after_refusal(memory: Memory, code: str) -> tuple[HandoffShown, bool]:
    """Offer a human, or ask for one when this is not the first refusal in a row; True when one is asked for now."""
    if memory.human != "none":
        return HandoffShown(code, memory.human), False
    if memory.refusals + 1 >= REFUSALS_BEFORE_ASKING:
        return HandoffShown(REPEATED, "requested"), True
    return HandoffShown(code, "offered"), False


def human_now(memory: Memory, *, begins: bool) -> Human:
    """State of the conversation after the turn."""
    return "requested" if begins else memory.human
