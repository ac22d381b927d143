"""What a domain promises. The registry names implementations by dotted path; the pipeline knows no domain by name."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from domains.types import Evidence, Question, Response, Verdict
from inference.client.protocols import ChatModel


class Domain(Protocol):
    """One field of knowledge."""

    name: str
    """Public name: general, finance, medical, code, science."""

    requires_evidence: bool
    """Whether a question of fact without evidence is refused (`no_evidence`) instead of asked of the model."""

    def opening(self, question: Question) -> str:
        """Say what stands before any answer (what to do in an emergency); empty for nothing. Part of `respond`."""

    def respond(self, question: Question, evidence: Evidence, model: ChatModel) -> AsyncGenerator[Response, None]:
        """Answer, delta by delta, ending with one Done or Refusal. Raises ModelError."""

    def guard(self, question: Question, evidence: Evidence, answer: str) -> Verdict:
        """Judge a finished answer: citations exist, numbers are grounded, nothing the field forbids is said."""
