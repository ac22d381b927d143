"""Errors of the chat model's client. `retryable` says whether asking again may help; `retry_after` is in seconds.

ModelError
├── ModelUnavailable    nothing answers, the breaker is open, or the server is overloaded
├── ModelTimeout        no first token, or no next token, within the deadline
├── ModelInterrupted    the stream ended before the model finished
├── NoModel             none is configured: asking again cannot help
└── ModelRejected       the server refuses the request: do not retry; `code` says why: unknown_model, prompt_too_long,
                        not_authorised, model_rejected
"""

from __future__ import annotations


class ModelError(Exception):
    """Base of all errors raised by a chat model."""

    code = "model_error"
    retryable = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelUnavailable(ModelError):
    """Nothing answers, the breaker is open, or the server is overloaded."""

    code = "model_unavailable"
    retryable = True


class ModelTimeout(ModelError):
    """No first token, or no next token, within the deadline."""

    code = "model_timeout"
    retryable = True


class ModelInterrupted(ModelError):
    """The stream ended before the model finished; text already shown stays shown, so it is not retried silently."""

    code = "model_interrupted"


class NoModel(ModelError):
    """No model is configured; only an operator changes that."""

    code = "no_model"


class ModelRejected(ModelError):
    """The server refuses the request; asking again gives the same answer. The message says what to change."""

    code = "model_rejected"

    def __init__(self, message: str, *, code: str = "model_rejected") -> None:
        super().__init__(message)
        self.code = code
