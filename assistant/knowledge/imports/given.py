"""What is said about imported files: for all of them on the command line or in a form, for one in a manifest."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Annotated, Any, Literal

from django.utils import timezone
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from assistant.knowledge.models.document import Domain

_COMMAS = re.compile(r"[,;，、；]")


def _words(value: Any) -> Any:  # noqa: ANN401 - whatever a manifest holds
    """Read a list, or text with commas or semicolons between words."""
    if isinstance(value, str):
        value = json.loads(value) if value.lstrip().startswith("[") else _COMMAS.split(value)
    if isinstance(value, list):
        return sorted({str(word).strip() for word in value} - {""}) or None
    return value


def _moment(value: Any) -> Any:  # noqa: ANN401
    """Read a day as its first moment; a time without zone is in the zone of the settings."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise ValueError("a date such as 2026-12-31, or a time such as 2026-12-31T18:00+08:00") from error
    if isinstance(value, dt.datetime) and timezone.is_naive(value):
        return timezone.make_aware(value)
    return value


def _domain(value: Any) -> Any:  # noqa: ANN401
    if value is not None and value not in Domain.values:
        raise ValueError(f"one of {', '.join(Domain.values)}")
    return value


Words = Annotated[list[Annotated[str, Field(max_length=100)]] | None, BeforeValidator(_words)]
Moment = Annotated[dt.datetime | None, BeforeValidator(_moment)]


class Given(BaseModel):
    """Fields of a document; None is not given."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    title: str | None = Field(None, max_length=300)
    domain: Annotated[str | None, BeforeValidator(_domain)] = None
    language: Literal["zh", "en"] | None = None
    access: Words = None
    tags: Words = None
    owner: str | None = Field(None, max_length=200)
    url: str | None = Field(None, max_length=500, pattern="^https?://")
    licence: str | None = Field(None, max_length=500)
    valid_from: Moment = None
    valid_until: Moment = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Given:
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise ValueError("valid_until: it ends before it begins")
        return self

    def over(self, other: Given) -> Given:
        """These values, and `other`'s where nothing is given here."""
        return Given(**{**other.fields(), **self.fields()})

    def fields(self) -> dict[str, Any]:
        """What is given, by the name of the document's field."""
        return {name: value for name, value in self if value is not None}

    def plain(self) -> dict[str, Any]:
        """What is given, as JSON holds it."""
        return self.model_dump(mode="json", exclude_none=True)
