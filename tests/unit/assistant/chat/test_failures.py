"""What a caller is told of an inner fault."""

from __future__ import annotations

import pytest

from assistant.chat.failures import Fault, as_seen_by_caller
from assistant.errors import NotFound, Text
from inference.client.errors import ModelInterrupted, ModelRejected, ModelTimeout, ModelUnavailable
from retrieval.errors import IndexDamaged
from tests.chatkit import room


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (ModelUnavailable("x"), 503, "model_unavailable"),
        (ModelTimeout("x"), 503, "model_timeout"),
        (ModelInterrupted("x"), 503, "model_interrupted"),
        (ModelRejected("x", code="prompt_too_long"), 422, "prompt_too_long"),
        (IndexDamaged("x"), 503, "search_unavailable"),
        (NotFound(Text("a", "b"), code="mine"), 404, "mine"),
    ],
)
def test_every_fault_has_a_status_a_code_and_both_languages(fault: Fault, status: int, code: str) -> None:
    seen = as_seen_by_caller(fault, room())
    assert (seen.status, seen.code) == (status, code)
    assert seen.text.en != seen.text.zh
    assert seen.status != 503 or seen.retry_after


def test_the_models_own_wish_when_to_come_back_is_kept() -> None:
    assert as_seen_by_caller(ModelUnavailable("x", retry_after=42.0), room()).retry_after == 42.0
