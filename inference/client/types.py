"""Values that cross the border between the house and a chat model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. `repetition_penalty` 1.0 and `top_p` 1.0 change nothing; `max_tokens` bounds the answer."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A prompt and how to answer it. `schema` is a JSON schema, as text, that the answer must fit: the server then
    draws only tokens that keep to it. `adapter` names a LoRA adapter served beside the base model; `domain` is told to
    the server as part of the request's id, so that its experts' activity can be shown by domain.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    adapter: str | None = None
    domain: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the server."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer; the last one carries `finish` and, when the server counts, `usage`."""

    text: str
    finish: FinishReason | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Who answers: served name, engine with version, kernel class of the experts, and what the experts are.

    `experts` is "identical" until trained deltas are loaded.
    """

    name: str
    engine: str
    kernel: str
    experts: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Deadlines in seconds. `total` spans every attempt; `first_token` counts from sending one attempt.

    The defaults suit the embedded default, where a long prompt may be read for many seconds before the first token.
    """

    connect: float = 2.0
    first_token: float = 60.0
    between_tokens: float = 20.0
    total: float = 180.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a request is tried again before its first token.

    A wait is drawn from 0 to `base * 2 ** tries`, at most `ceiling` seconds ("full jitter", Brooker, AWS Builders'
    Library). A server that asks for a longer wait than `ceiling` is believed: its answer goes to the caller instead.
    """

    attempts: int = 3
    base: float = 0.25
    ceiling: float = 4.0
