"""The code domain."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from domains.codegen import guard
from domains.grounded import Grounded
from domains.types import Evidence, Question
from inference.client.types import Sampling


class Code(Grounded):
    """Answers code questions, from the documents where they suffice; what does not parse is said."""

    name = "code"
    folder: ClassVar[Path] = Path(__file__).parent
    from_sources: ClassVar[Sampling] = Sampling(max_tokens=512, temperature=0.0)
    freely: ClassVar[Sampling] = Sampling(max_tokens=768, temperature=0.1, top_p=0.95)
    keeps_brackets: ClassVar[bool] = True
    shows_uncited: ClassVar[bool] = True

    def closing(self, question: Question, evidence: Evidence, answer: str) -> str:  # noqa: ARG002
        """Name the Python blocks that do not parse."""
        saying = guard.BROKEN.of(question.language)
        notes = [saying.format(n=fault.n, line=fault.line, why=fault.why) for fault in guard.faults(answer)]
        return "\n\n" + "\n".join(notes) if notes else ""
