"""Medicine: emergencies first, nobody diagnosed, doses only as their source states them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from domains.medical.domain import Medical
from domains.medical.guard import NOTE
from domains.protocols import Domain
from domains.safety import emergency_banner
from domains.types import Done, Evidence, Question, Refusal, Response
from inference.client.protocols import ChatModel
from inference.client.scripted import ScriptedModel
from inference.client.types import Message
from retrieval.types import Hit

Run = Callable[[Domain, Question, Evidence, ChatModel], Awaitable[tuple[str, Response]]]
Ask = Callable[..., Question]
Found = Callable[..., Evidence]
MakeHit = Callable[..., Hit]

FEVER = "Adults should not take more than 2 g of paracetamol in 24 hours. Fever often passes within 3 days."


async def test_an_answer_ends_with_the_note(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    text, end = await run(
        Medical(), ask("Explain fever"), evidence(hit(FEVER)), ScriptedModel(["Fever often passes within 3 days [1]."])
    )
    assert text == f"Fever often passes within 3 days [1].\n\n{NOTE.en}"
    assert isinstance(end, Done)


async def test_an_emergency_comes_before_the_answer(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel(["Chest pain can have many causes [1]."])
    text, _ = await run(
        Medical(), ask("I have chest pain, explain"), evidence(hit("Chest pain can have many causes.")), model
    )
    assert text.startswith(emergency_banner("en"))


async def test_an_emergency_without_evidence_is_still_told(run: Run, ask: Ask, evidence: Found) -> None:
    text, end = await run(Medical(), ask("我胸口疼，喘不上气", "zh"), evidence(sufficient=False), ScriptedModel([]))
    assert text == ""
    assert isinstance(end, Refusal)
    assert end.code == "emergency"
    assert "120" in end.reason


async def test_an_emergency_told_earlier_is_not_forgotten(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    history = (Message("user", "I have chest pain"), Message("assistant", "..."))
    model = ScriptedModel(["Fever often passes within 3 days [1]."])
    text, _ = await run(Medical(), ask("And explain fever", history=history), evidence(hit(FEVER)), model)
    assert text.startswith(emergency_banner("en"))


async def test_diagnoses_and_orders_are_never_shown(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    said = "You probably have malaria. You should take 2 g of paracetamol. Fever often passes within 3 days."
    text, _ = await run(Medical(), ask("Explain fever"), evidence(hit(FEVER)), ScriptedModel([said]))
    assert "malaria" not in text
    assert "should take" not in text
    assert "Fever often passes" in text


@pytest.mark.parametrize(
    ("said", "admitted"),
    [
        ("Adults should not take more than 2 g of paracetamol in 24 hours.", True),
        ("Adults may take 4 g a day.", False),
        ("Take 500 mg twice.", False),
        ("您可能得了流感。", False),
        ("每次吃两片。", False),
        ("你可以服用2 g。", False),
        ("If you have any questions, ask a doctor.", True),
        ("Drink water and rest.", True),
        ("如有不适请就医。", True),
    ],
)
def test_each_sentence_is_judged(ask: Ask, evidence: Found, hit: MakeHit, said: str, admitted: bool) -> None:
    assert Medical().admits(ask("?"), evidence(hit(FEVER)), said) is admitted


def test_a_quoted_answer_gets_banner_and_note_once(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    question = ask("I have chest pain")
    once = Medical().guard(question, evidence(hit(FEVER)), "Rest [1].").text
    assert once == f"{emergency_banner('en')}\n\nRest [1].\n\n{NOTE.en}"
    assert Medical().guard(question, evidence(hit(FEVER)), once).text == once


async def test_without_evidence_it_is_refused(run: Run, ask: Ask, evidence: Found) -> None:
    _, end = await run(Medical(), ask("What is gout?"), evidence(sufficient=False), ScriptedModel([]))
    assert isinstance(end, Refusal)
    assert end.code == "no_evidence"
