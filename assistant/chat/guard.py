"""The last look at an answer: every citation names a source, and the domain allows what is said."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.chat import texts
from assistant.chat.answers import RefusalShown
from domains.citations import cited
from domains.protocols import Domain
from domains.types import Evidence, Question


@dataclass(frozen=True, slots=True)
class Judged:
    """The text as it may be shown, or the refusal that replaces it."""

    text: str
    refused: RefusalShown | None = None
    offer_human: bool = False


def judge(domain: Domain, question: Question, evidence: Evidence, text: str) -> Judged:
    """Judge a finished answer; what fails is withdrawn.

    Domains drop citations of nothing while they stream. Should one come through all the same, an answer from sources
    is refused (`bad_citation`) rather than shown: a reader would trust it.
    """
    verdict = domain.guard(question, evidence, text)
    if verdict.refusal is not None:
        refusal = verdict.refusal
        return Judged(verdict.text, RefusalShown(refusal.code, refusal.reason), refusal.offer_human)
    if evidence.sufficient and any(not 1 <= n <= len(evidence.hits) for n in cited(verdict.text)):
        reason = texts.BAD_CITATION.of(question.language)
        return Judged("", RefusalShown("bad_citation", reason), offer_human=True)
    return Judged(verdict.text)
