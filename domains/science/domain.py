"""The science domain."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from domains.grounded import Grounded
from domains.science import guard
from domains.types import Evidence
from inference.client.types import Sampling


class Science(Grounded):
    """Answers from papers where they suffice, else from general knowledge, without invented references."""

    name = "science"
    folder: ClassVar[Path] = Path(__file__).parent
    freely: ClassVar[Sampling] = Sampling(max_tokens=400, temperature=0.2, top_p=0.9, repetition_penalty=1.05)

    def clean(self, evidence: Evidence, answer: str) -> str:
        """References must come from the evidence."""
        return guard.without_invented_references(evidence, answer)
