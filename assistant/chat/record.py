"""A turn on its way to the database, as the one JSON form that every hand-over store takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from assistant.chat.answers import Answer
from domains.types import Language

Status = Literal["finished", "refused", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """Everything the database keeps of a turn. `asked_at` is seconds since 1970, UTC.

    `text` is what the asker saw, which for a failed or stopped turn is part of an answer; `code` says why it was
    refused or failed; `handoff` the reason when this turn asked for a human.
    """

    id: str
    conversation: str
    tenant: str
    key_id: int
    channel: str
    question: str
    standalone: str
    language: Language
    asked_at: float
    status: Status
    text: str
    code: str = ""
    answer: Answer | None = None
    handoff: str | None = None
    intent: str = ""
    domain: str = ""


_RECORDS: TypeAdapter[tuple[TurnRecord, ...]] = TypeAdapter(tuple[TurnRecord, ...])


def dump(records: tuple[TurnRecord, ...]) -> bytes:
    """Write records as one JSON array."""
    return _RECORDS.dump_json(records)


def parse(data: bytes) -> tuple[TurnRecord, ...]:
    """Read what `dump` wrote. Raises pydantic.ValidationError."""
    return _RECORDS.validate_json(data)
