"""The last look at an answer."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.chat import guard
from domains.types import Evidence, Question, Refusal, Verdict
from retrieval.types import Hit
from tests.chatkit import WARRANTY

QUESTION = Question("q", "q", "en", "x")
EVIDENCE = Evidence((Hit(WARRANTY, 1.0),), 0.9, sufficient=True)


@dataclass
class Field:
    """A domain that says this of every answer."""

    verdict: Verdict
    name: str = "field"
    requires_evidence: bool = False

    def opening(self, question: Question) -> str:
        return ""

    def respond(self, *_: object) -> None:
        raise AssertionError

    def guard(self, question: Question, evidence: Evidence, answer: str) -> Verdict:
        return self.verdict


def test_what_the_domain_lets_through_is_shown_as_it_says() -> None:
    judged = guard.judge(Field(Verdict("cleaned [1]")), QUESTION, EVIDENCE, "raw")  # type: ignore[arg-type]
    assert (judged.text, judged.refused) == ("cleaned [1]", None)


def test_what_the_domain_refuses_is_refused_and_a_human_offered_if_it_says_so() -> None:
    field = Field(Verdict("", Refusal("unsafe", "No.", offer_human=False)))
    judged = guard.judge(field, QUESTION, EVIDENCE, "raw")  # type: ignore[arg-type]
    assert judged.refused is not None
    assert (judged.refused.code, judged.refused.reason, judged.offer_human) == ("unsafe", "No.", False)


def test_a_citation_of_nothing_is_never_shown_with_sources() -> None:
    judged = guard.judge(Field(Verdict("It is so [2].")), QUESTION, EVIDENCE, "raw")  # type: ignore[arg-type]
    assert judged.refused is not None
    assert judged.refused.code == "bad_citation"
    assert judged.text == ""


def test_brackets_without_sources_are_code_not_citations() -> None:
    none = Evidence((), 0.1, sufficient=False)
    judged = guard.judge(Field(Verdict("rows[7]")), QUESTION, none, "raw")  # type: ignore[arg-type]
    assert judged.text == "rows[7]"
