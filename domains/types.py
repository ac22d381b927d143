"""Values that a domain takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inference.client.types import FinishReason, Message, Usage
from retrieval.types import Hit

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the pipeline understood it.

    `standalone` is the question with references to earlier turns resolved (equal to `text` on a first turn);
    it is what retrieval and evidence checks see. `history` holds earlier turns, oldest first, already bounded.
    `about_company` is set when the intent says that the company itself is asked about (its route is `faq`): such a
    question is refused without evidence in every domain.
    """

    text: str
    standalone: str
    language: Language
    intent: str
    history: tuple[Message, ...] = ()
    max_tokens: int | None = None
    about_company: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hits in the order they are cited ([1] is hits[0]) and the trained check's verdict on them.

    `answerable` is the probability, 0 to 1, that the hits answer the question;
    `sufficient` is that probability against the measured threshold;
    `related` that they are at least about what it asks: words from nowhere must then not take their place.
    `nearest` are passages to look at when there is nothing to cite.
    """

    hits: tuple[Hit, ...]
    answerable: float
    sufficient: bool
    related: bool = False
    nearest: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is answered. `code` is stable (`no_evidence`, `unsafe`, ...); `reason` is in the asker's language."""

    code: str
    reason: str
    offer_human: bool = True


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete. `grounded` says whether it rests on the evidence; `layer` whether a model was asked."""

    grounded: bool
    layer: Literal["model", "retrieval"] = "model"
    finish: FinishReason = "stop"
    usage: Usage | None = None


Response = TextDelta | Refusal | Done
"""What `Domain.respond` yields: deltas, then exactly one Done or Refusal."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A guard's judgement of a finished answer: `text` as it may be shown, and the refusal when it may not."""

    text: str
    refusal: Refusal | None = None
