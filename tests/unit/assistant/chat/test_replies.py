"""What is said before any search."""

from __future__ import annotations

from assistant.chat import replies
from assistant.chat.answers import RefusalShown
from assistant.chat.memory import EMPTY, Memory
from assistant.chat.understanding import Understood
from assistant.faq.table import FaqMatch
from assistant.intents.types import IntentGuess, Route
from domains import registry
from domains.types import Evidence, Language, Question
from retrieval.types import Hit
from tests.chatkit import WARRANTY

MATCH = FaqMatch(7, "returns", "How?", "So.", "en", 0.91234567, exact=False, domain="general", intent="refund")
UNDERSTOOD = Understood("q", "q", "q", "zh")
TALK = IntentGuess("greeting", 0.98765, Route.SMALL_TALK, "general", 0.0, (("zh", "您好"),))


def test_a_curated_answer_is_its_own_source() -> None:
    reply = replies.curated(MATCH)
    assert reply is not None
    [source] = reply.sources
    assert (source.n, source.chunk, source.title, source.score) == (1, "faq:returns", "How?", 0.912346)
    assert reply.grounded


def test_an_exact_match_brings_its_intent_a_near_one_the_guess() -> None:
    exact, near = replies.curated(MATCH), replies.curated(MATCH, TALK)
    assert exact is not None
    assert near is not None
    assert (exact.intent.name, exact.intent.confidence) == ("refund", 1.0)
    assert (near.intent.name, near.intent.confidence) == ("greeting", 0.9877)


def test_no_match_is_no_reply() -> None:
    assert replies.curated(None) is None


def test_small_talk_needs_a_sentence_in_the_askers_language() -> None:
    reply = replies.small_talk(TALK, UNDERSTOOD)
    assert reply is not None
    assert reply.text == "您好"
    assert replies.small_talk(TALK, Understood("q", "q", "q", "en")) is None


def test_only_the_wish_for_a_human_is_passed_on() -> None:
    wish = IntentGuess("human", 1.0, Route.HUMAN, "general", 0.0)
    assert replies.passed_on(TALK, EMPTY, UNDERSTOOD) is None
    passed = replies.passed_on(wish, EMPTY, UNDERSTOOD)
    assert passed is not None
    assert passed.begins_handoff


def test_once_accepted_the_human_is_left_alone() -> None:
    assert replies.left_to_human(Memory(human="requested"), UNDERSTOOD) is None
    silent = replies.left_to_human(Memory(human="accepted"), UNDERSTOOD)
    assert silent is not None
    assert silent.refused is not None
    assert silent.refused.code == "with_human"


def test_a_refusal_offers_a_human_only_when_asked_to() -> None:
    refused = RefusalShown("unsafe", "No.")
    domain = registry.load("general")
    plain = replies.refusal(refused, "model", TALK, domain, EMPTY, offer_human=False)
    offered = replies.refusal(refused, "model", TALK, domain, EMPTY, offer_human=True)
    assert plain.handoff is None
    assert offered.handoff is not None
    assert offered.handoff.state == "offered"


def test_sources_are_numbered_from_one() -> None:
    evidence = Evidence((Hit(WARRANTY, 2.0), Hit(WARRANTY, 1.0)), 0.9, sufficient=True)
    assert [source.n for source in replies.sources_of(evidence)] == [1, 2]


NEAR = Evidence((), 0.2, sufficient=False, related=True, nearest=(Hit(WARRANTY, 1.0),))


def question(text: str, language: Language = "en") -> Question:
    return Question(text, text, language, "general", ())


def test_a_refusal_for_want_of_an_answer_names_and_quotes_what_comes_nearest() -> None:
    none, general = RefusalShown("no_evidence", "Not found."), registry.load("general")
    said = replies.pointing(none, general, NEAR, question("What is the lamp made of?"))
    assert said.code == "no_evidence"
    assert said.reason.split("\n\n")[0].endswith(f"The closest I have is in “{WARRANTY.title}” [1]:")
    assert said.reason.split("\n\n")[1] == f"{WARRANTY.text} [1]"
    assert [source.title for source in replies.sources_of(NEAR)] == [WARRANTY.title]
    chinese = replies.pointing(none, general, NEAR, question("灯是什么做的？", "zh")).reason
    assert f"《{WARRANTY.title}》[1]" in chinese
    assert chinese.endswith("需要为您转接人工吗？")


def test_where_half_an_answer_is_none_the_nearest_is_named_only() -> None:
    none = RefusalShown("no_evidence", "Not found.")
    said = replies.pointing(none, registry.load("medical"), NEAR, question("Is it safe?")).reason
    assert WARRANTY.title in said
    assert WARRANTY.text not in said


def test_another_refusal_or_one_without_anything_near_stays_as_it_is() -> None:
    for refused, evidence in (
        (RefusalShown("unsafe", "No."), NEAR),
        (RefusalShown("no_evidence", "Not found."), Evidence((), 0.0, sufficient=False)),
    ):
        assert replies.pointing(refused, registry.load("general"), evidence, question("x")) is refused
