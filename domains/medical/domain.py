"""The medical domain."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from domains.grounded import Grounded
from domains.medical import guard
from domains.types import Evidence, Question, Verdict
from inference.client.types import Sampling


class Medical(Grounded):
    """Answers from sources only, sentence by sentence, with emergencies before and a note after."""

    name = "medical"
    requires_evidence = True
    folder: ClassVar[Path] = Path(__file__).parent
    from_sources: ClassVar[Sampling] = Sampling(max_tokens=320, temperature=0.0, repetition_penalty=1.05)
    by_sentence: ClassVar[bool] = True

    def opening(self, question: Question) -> str:
        """Emergencies first."""
        return guard.opening(question)

    def closing(self, question: Question, evidence: Evidence, answer: str) -> str:  # noqa: ARG002
        """Say that this is no diagnosis."""
        return f"\n\n{guard.NOTE.of(question.language)}"

    def admits(self, question: Question, evidence: Evidence, sentence: str) -> bool:  # noqa: ARG002
        """No diagnosis, no orders, no dose of the model's own."""
        return guard.admits(evidence, sentence)

    def judge(self, question: Question, evidence: Evidence, answer: str) -> Verdict:  # noqa: ARG002
        """Banner and note are there."""
        return guard.judge(question, answer)
