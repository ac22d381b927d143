"""What each error says of itself."""

from __future__ import annotations

import pytest

from inference.client import errors
from inference.client.errors import ModelError, ModelInterrupted, ModelRejected, ModelTimeout, ModelUnavailable


@pytest.mark.parametrize(
    ("kind", "code", "retryable"),
    [
        (ModelUnavailable, "model_unavailable", True),
        (ModelTimeout, "model_timeout", True),
        (ModelInterrupted, "model_interrupted", False),
        (ModelRejected, "model_rejected", False),
    ],
)
def test_code_and_whether_to_retry_are_facts_of_the_kind(kind: type[ModelError], code: str, retryable: bool) -> None:
    error = kind("message")
    assert (error.code, error.retryable, error.retry_after, str(error)) == (code, retryable, None, "message")


def test_a_rejection_says_why_by_code() -> None:
    assert ModelRejected("x", code="unknown_model").code == "unknown_model"
    assert ModelRejected.code == "model_rejected"


def test_the_wait_is_kept() -> None:
    assert ModelUnavailable("x", retry_after=3.5).retry_after == 3.5


def test_the_tree_in_the_docstring_names_every_error() -> None:
    kinds = [name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, ModelError)]
    assert all(name in (errors.__doc__ or "") for name in kinds)
