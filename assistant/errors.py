"""Errors that a caller of the assistant sees. One small tree; each has a stable code, a status and both texts.

AssistantError
├── InvalidInput 400        ├── NotAuthenticated 401     ├── NotPermitted 403    ├── NotFound 404
├── Conflict 409            ├── TooLarge 413             ├── UnsupportedMedia 415
├── Unprocessable 422       ├── TooManyRequests 429      └── Unavailable 503
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        """Pick the sentence for a language tag; anything but Chinese reads English."""
        return self.zh if language.lower().startswith("zh") else self.en


Member = str | int | float | list[str]
"""What a further fact of an error may be."""


class AssistantError(Exception):
    """Base: `code` is stable and documented, `status` is the HTTP status, `retry_after` is in seconds.

    `members` are further facts for programs (RFC 9457, 3.2), such as the line of a syntax error.
    """

    status = 500
    code = "internal"

    def __init__(
        self,
        text: Text,
        *,
        code: str | None = None,
        retry_after: float | None = None,
        members: Mapping[str, Member] | None = None,
    ) -> None:
        super().__init__(text.en)
        self.members = dict(members or {})
        self.text = text
        self.retry_after = retry_after
        if code is not None:
            self.code = code


class InvalidInput(AssistantError):
    """The request cannot be understood; the text names the field and what it should hold."""

    status = 400
    code = "invalid_input"


class NotAuthenticated(AssistantError):
    """No key, an unknown key, or one that was revoked or has expired."""

    status = 401
    code = "not_authenticated"


class NotPermitted(AssistantError):
    """The key lacks the scope."""

    status = 403
    code = "not_permitted"


class NotFound(AssistantError):
    """There is no such thing for this tenant."""

    status = 404
    code = "not_found"


class Conflict(AssistantError):
    """The thing exists already or was changed meanwhile."""

    status = 409
    code = "conflict"


class TooLarge(AssistantError):
    """The question or file is over the limit; the text names the limit."""

    status = 413
    code = "too_large"


class UnsupportedMedia(AssistantError):
    """No loader takes this kind of file."""

    status = 415
    code = "unsupported_media"


class Unprocessable(AssistantError):
    """Understood, but it cannot be done as asked."""

    status = 422
    code = "unprocessable"


class TooManyRequests(AssistantError):
    """Over the limit; `retry_after` says when to come back."""

    status = 429
    code = "too_many_requests"


class Unavailable(AssistantError):
    """A dependency is down or warming up; `retry_after` says when to come back."""

    status = 503
    code = "unavailable"
