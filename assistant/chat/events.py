"""What the pipeline says while it answers: started, sources, deltas, perhaps refused, then finished or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from assistant.chat.answers import Answer, RefusalShown, Source
from assistant.errors import AssistantError


@dataclass(frozen=True, slots=True)
class Started:
    """The question was taken; sent at once."""

    name: ClassVar[str] = "started"
    id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What the text that follows may cite."""

    name: ClassVar[str] = "sources"
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer."""

    name: ClassVar[str] = "delta"
    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is answered, or what was shown is withdrawn; `reason` replaces it."""

    name: ClassVar[str] = "refused"
    refused: RefusalShown


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer, written down before this is sent."""

    name: ClassVar[str] = "finished"
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer cannot be finished; text already shown stays shown."""

    name: ClassVar[str] = "failed"
    error: AssistantError


Event = Started | Sources | Delta | Refused | Finished | Failed
