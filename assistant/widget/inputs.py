"""What the widget sends."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domains.types import Language


class TokenInput(BaseModel):
    """Body of `POST /widget/v1/token`. `visitor` is an earlier visit's credential, `identity` a signed identity."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, Field(min_length=1, max_length=32)]
    visitor: Annotated[str | None, Field(max_length=1_000)] = None
    identity: Annotated[str | None, Field(max_length=4_096)] = None


class QuestionInput(BaseModel):
    """Body of `POST /widget/v1/ask`. `language` is the interface's; the answer follows the question's own."""

    model_config = ConfigDict(extra="forbid")

    question: str
    language: Language = "en"
    conversation_id: Annotated[str | None, Field(max_length=36)] = None


class OpinionInput(BaseModel):
    """Body of `POST /widget/v1/answers/{id}/feedback`."""

    model_config = ConfigDict(extra="forbid")

    rating: Literal["up", "down"]
    reason: Annotated[str, Field(max_length=1_000)] = ""
