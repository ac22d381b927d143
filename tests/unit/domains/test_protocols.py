"""Every registered domain keeps the promises of `Domain`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

import pytest

from domains.protocols import Domain
from domains.registry import REGISTRY, load
from domains.types import Done, Evidence, Language, Question, Refusal, Response, Verdict
from inference.client.protocols import ChatModel
from inference.client.scripted import ScriptedModel
from retrieval.types import Hit

Run = Callable[[Domain, Question, Evidence, ChatModel], Awaitable[tuple[str, Response]]]
Ask = Callable[..., Question]
Found = Callable[..., Evidence]
MakeHit = Callable[..., Hit]

NAMES = sorted(REGISTRY)
LANGUAGES = ["en", "zh"]
LAMP = "The Aurora lamp has a warranty of 24 months from delivery."
LAMP_ZH = "极光台灯的保修期为交货后24个月。"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["opening", "respond", "guard"])
def test_each_method_takes_what_the_protocol_names(name: str, method: str) -> None:
    promised = list(inspect.signature(getattr(Domain, method)).parameters)[1:]
    assert list(inspect.signature(getattr(load(name), method)).parameters) == promised


@pytest.mark.parametrize("name", NAMES)
def test_name_and_need_of_evidence_are_plain_values(name: str) -> None:
    domain = load(name)
    assert domain.name == name
    assert type(domain.requires_evidence) is bool


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_everyday_question_has_no_opening(name: str, language: Language, ask: Ask) -> None:
    assert load(name).opening(ask("极光台灯怎么样" if language == "zh" else "Tell me of the lamp", language)) == ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_with_evidence_deltas_end_with_one_done_or_refusal(
    name: str, language: Language, run: Run, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    passage = LAMP_ZH if language == "zh" else LAMP
    question = ask("说明台灯的保修" if language == "zh" else "Explain the warranty of the lamp", language)
    text, end = await run(load(name), question, evidence(hit(passage, language=language)), ScriptedModel([passage]))
    assert isinstance(end, Done)
    assert end.grounded
    assert "24" in text


@pytest.mark.parametrize("name", NAMES)
async def test_without_evidence_what_requires_it_refuses_and_never_asks_the_model(
    name: str, run: Run, ask: Ask, evidence: Found
) -> None:
    domain = load(name)
    model = ScriptedModel(["I would say so."])
    _, end = await run(domain, ask("What is inflation?"), evidence(sufficient=False), model)
    if domain.requires_evidence:
        assert isinstance(end, Refusal)
        assert end.code == "no_evidence"
    else:
        assert isinstance(end, Done)
        assert not end.grounded


@pytest.mark.parametrize("name", NAMES)
async def test_of_the_company_nothing_is_said_without_evidence(name: str, run: Run, ask: Ask, evidence: Found) -> None:
    question = ask("When was it founded?", about_company=True)
    text, end = await run(load(name), question, evidence(sufficient=False), ScriptedModel(["In 1984."]))
    assert isinstance(end, Refusal)
    assert "1984" not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_guard_lets_a_true_answer_pass_and_is_not_moved_by_its_own_word(
    name: str, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    question, found = ask("How long is the warranty?"), evidence(hit(LAMP))
    once = load(name).guard(question, found, f"{LAMP} [1]")
    assert isinstance(once, Verdict)
    assert once.refusal is None
    assert LAMP in once.text
    assert load(name).guard(question, found, once.text) == once


@pytest.mark.parametrize("name", NAMES)
def test_a_citation_of_nothing_is_not_shown(name: str, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    verdict = load(name).guard(ask("How long is the warranty?"), evidence(hit(LAMP)), f"{LAMP} [7]")
    assert "[7]" not in verdict.text
