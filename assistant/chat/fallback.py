"""What can be answered when the model is away or of no use: the passages, word for word, with their citations."""

from __future__ import annotations

from assistant.chat import guard
from assistant.chat.guard import Judged
from assistant.errors import Text
from domains.excerpts import passage
from domains.protocols import Domain
from domains.types import Evidence, Question

MOST_PASSAGES = 2


def from_documents(domain: Domain, question: Question, evidence: Evidence, introduction: Text) -> Judged | None:
    """Quote the best passages below an `introduction` that says why they stand in place of an answer.

    None when there are none, or the domain would not have them said.
    """
    if not evidence.hits:
        return None
    passages = (passage(question.standalone, hit) for hit in evidence.hits[:MOST_PASSAGES])
    quoted = "\n\n".join(f"{text} [{n}]" for n, text in enumerate(passages, 1))
    judged = guard.judge(domain, question, evidence, quoted)
    if judged.refused is not None:
        return None
    introduced = f"{introduction.of(question.language)}\n\n{judged.text}"
    return Judged(domain.opening(question) + introduced)
