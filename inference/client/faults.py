"""What an exception of the `openai` client means to us, and whether the same request may be tried again."""

from __future__ import annotations

import re
from dataclasses import dataclass

import openai

from inference.client.errors import ModelError, ModelInterrupted, ModelRejected, ModelUnavailable

_TOO_LONG = re.compile(r"context length|too long|maximum.{0,30}tokens|max_tokens", re.IGNORECASE)
_OVERLOADED = frozenset({429, 503})
_GATEWAY = frozenset({502, 504})


@dataclass(frozen=True, slots=True)
class Fault:
    """A translated failure. `again` allows another attempt; `trips` counts against the breaker."""

    error: ModelError
    again: bool
    trips: bool


def read(exception: Exception, *, server: str, model: str, started: bool) -> Fault:
    """Translate what the client raised; `started` says whether a token has been shown.

    A ValueError is what the client raises for an event that is not JSON.
    """
    if isinstance(exception, openai.APIStatusError):
        return _status(exception, server=server, model=model)
    if isinstance(exception, openai.APITimeoutError) and not started:
        return Fault(
            ModelUnavailable(f"No connection to the model server at {server} in time; is it up?"),
            again=True,
            trips=True,
        )
    if isinstance(exception, openai.APIConnectionError):
        return _connection(server, started)
    if isinstance(exception, ValueError):
        return Fault(_garbled(server), again=False, trips=True)
    detail = str(exception) or type(exception).__name__
    return Fault(ModelInterrupted(f"The model server at {server} broke off: {detail}"), again=False, trips=True)


def _connection(server: str, started: bool) -> Fault:
    if started:
        return Fault(
            ModelInterrupted(f"The model server at {server} closed the stream mid-answer."), again=False, trips=True
        )
    message = f"Nothing answers at {server}; start the model server, or correct MODEL_URL."
    return Fault(ModelUnavailable(message), again=True, trips=True)


def _garbled(server: str) -> ModelInterrupted:
    return ModelInterrupted(f"What {server} sends is not the OpenAI protocol; check that MODEL_URL ends in /v1.")


def _status(exception: openai.APIStatusError, *, server: str, model: str) -> Fault:
    status = exception.status_code
    if status in _OVERLOADED:
        wait = retry_after(exception.response.headers.get("retry-after"))
        error = ModelUnavailable(f"The model server at {server} is busy (HTTP {status}).", retry_after=wait)
        return Fault(error, again=True, trips=status != 429)  # 429 is a living server's word, not a failure
    if status in _GATEWAY:
        return Fault(
            ModelUnavailable(f"The gateway before {server} has no model server (HTTP {status})."),
            again=True,
            trips=True,
        )
    if status >= 500:
        error = ModelUnavailable(f"The model server at {server} failed (HTTP {status}): {exception.message}")
        return Fault(error, again=False, trips=True)
    return Fault(_rejected(exception, model), again=False, trips=False)


def _rejected(exception: openai.APIStatusError, model: str) -> ModelRejected:
    message = exception.message
    if exception.status_code == 404:
        return ModelRejected(
            f"The server does not serve the model {model!r}; GET /v1/models lists those it does, MODEL_NAME picks one.",
            code="unknown_model",
        )
    if exception.status_code in {401, 403}:
        return ModelRejected("The model server refuses our key; set MODEL_API_KEY to its.", code="not_authorised")
    if _TOO_LONG.search(message):
        return ModelRejected(
            f"Prompt and answer do not fit the model's context: ask shorter, lower max_tokens, or serve it with a "
            f"longer context. The server says: {message}",
            code="prompt_too_long",
        )
    return ModelRejected(f"The model server refuses the request (HTTP {exception.status_code}): {message}")


def retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header; a date or nonsense counts as none (RFC 9110, 10.2.3)."""
    if header is None or not re.fullmatch(r"\s*\d+(\.\d+)?\s*", header):
        return None
    return float(header)
