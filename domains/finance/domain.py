"""The finance domain."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from domains.finance import guard
from domains.grounded import Grounded
from domains.types import Evidence, Question, Verdict
from inference.client.types import Sampling


class Finance(Grounded):
    """Answers from sources only; a sentence is shown once its numbers are found there."""

    name = "finance"
    requires_evidence = True
    folder: ClassVar[Path] = Path(__file__).parent
    from_sources: ClassVar[Sampling] = Sampling(max_tokens=320, temperature=0.0, repetition_penalty=1.02)
    by_sentence: ClassVar[bool] = True

    def closing(self, question: Question, evidence: Evidence, answer: str) -> str:  # noqa: ARG002
        """Say that this is no advice."""
        return f"\n\n{guard.NOTE.of(question.language)}"

    def admits(self, question: Question, evidence: Evidence, sentence: str) -> bool:
        """Numbers must be given."""
        return guard.admits(question, evidence, sentence)

    def judge(self, question: Question, evidence: Evidence, answer: str) -> Verdict:
        """Numbers must be given in the whole as well."""
        return guard.judge(question, evidence, answer)
