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
    """A prompt and how to answer it. `adapter` names a LoRA adapter served beside the base model."""

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    adapter: str | None = None


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
