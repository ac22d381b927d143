"""What the classifier says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.intents.slots.found import Slot

OUT_OF_SCOPE = "oos"
"""Name of the intent that collects examples of what the assistant is not for."""


class Route(StrEnum):
    """Where a question goes first. Values equal those of `models.RouteChoice`."""

    FAQ = "faq"
    DOMAIN = "domain"
    SMALL_TALK = "small_talk"
    HUMAN = "human"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """An intent with its calibrated probability.

    `out_of_scope` is the probability, 0 to 1, that the question is like none of the examples; when it is over the
    trained threshold, `route` is OUT_OF_SCOPE and `name` still tells the nearest intent.
    `replies` maps language to a ready answer (small talk, hand-over). `slots` are those that the intent declares, as
    far as they stand in the question. `also` lists (name, clause) of what else a message asks for.
    """

    name: str
    confidence: float
    route: Route
    domain: str
    out_of_scope: float
    replies: tuple[tuple[str, str], ...] = ()
    slots: tuple[Slot, ...] = ()
    also: tuple[tuple[str, str], ...] = ()

    def reply(self, language: str) -> str | None:
        """Pick the ready answer in `language`, None when there is none."""
        return dict(self.replies).get(language)
