"""What all domains do: quote, answer from sources, answer freely, refuse; seen through the general one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from domains.codegen.domain import Code
from domains.general.domain import General
from domains.grounded import is_shrug, only_known
from domains.medical.domain import Medical
from domains.protocols import Domain
from domains.types import Done, Evidence, Question, Refusal, Response, TextDelta
from inference.client.errors import ModelInterrupted
from inference.client.protocols import ChatModel
from inference.client.scripted import Reply, ScriptedModel
from inference.client.types import Message, Usage
from retrieval.types import Hit

Run = Callable[[Domain, Question, Evidence, ChatModel], Awaitable[tuple[str, Response]]]
Ask = Callable[..., Question]
Found = Callable[..., Evidence]
MakeHit = Callable[..., Hit]

REFUNDS = "Refunds arrive within 5 business days after we receive the parcel."


async def test_an_answer_from_sources_is_cited_and_grounded(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel([Reply(("Refunds arrive within ", "5 business days [1", "]."))])
    text, end = await run(General(), ask("How does the refund arrive?"), evidence(hit(REFUNDS)), model)
    assert text == "Refunds arrive within 5 business days [1]."
    assert isinstance(end, Done)
    assert (end.grounded, end.layer, end.finish) == (True, "model", "stop")
    assert isinstance(end.usage, Usage)


async def test_the_prompt_holds_rule_sources_and_question_in_that_order(
    run: Run, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    model = ScriptedModel(["x"])
    await run(General(), ask("How does the refund arrive?"), evidence(hit(REFUNDS), hit("Shipping is free.")), model)
    system, user = model.requests[0].messages
    assert (system.role, user.role) == ("system", "user")
    assert (
        user.content.index("[1] Refunds arrive")
        < user.content.index("[2] Shipping")
        < user.content.index("How does the refund")
    )


async def test_a_chinese_question_is_asked_in_chinese(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel(["退款五个工作日到账[1]。"])
    text, _ = await run(General(), ask("退款怎么到账？", "zh"), evidence(hit(REFUNDS)), model)
    assert "用简体中文" in model.requests[0].messages[0].content
    assert text == "退款五个工作日到账[1]。"


async def test_a_grounded_prompt_stays_near_four_hundred_tokens(
    run: Run, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    model = ScriptedModel(["x"])
    long = REFUNDS * 30
    await run(
        General(), ask("How does the refund arrive?"), evidence(*(hit(long, key=str(n)) for n in range(8))), model
    )
    assert sum(len(message.content) for message in model.requests[0].messages) < 1700  # about 4 characters a token


async def test_earlier_turns_stand_between_and_lose_their_markers(
    run: Run, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    model = ScriptedModel(["x"])
    history = (Message("user", "Hi"), Message("assistant", "Hello [1]!"))
    await run(General(), ask("How does the refund arrive?", history=history), evidence(hit(REFUNDS)), model)
    assert [message.content for message in model.requests[0].messages[1:3]] == ["Hi", "Hello !"]


async def test_a_literal_answer_is_quoted_without_the_model(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel([])
    text, end = await run(
        General(), ask("Within how many business days do refunds arrive?"), evidence(hit(REFUNDS)), model
    )
    assert text == f"{REFUNDS} [1]"
    assert end == Done(grounded=True, layer="retrieval")
    assert model.requests == []


async def test_general_knowledge_goes_to_the_model_ungrounded(run: Run, ask: Ask, evidence: Found) -> None:
    model = ScriptedModel(["Shakespeare wrote it [1]."])
    text, end = await run(General(), ask("Who wrote Hamlet?"), evidence(sufficient=False), model)
    assert text == "Shakespeare wrote it."
    assert isinstance(end, Done)
    assert not end.grounded


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [("What is your refund policy?", "en", "person"), ("你们的退款政策是什么", "zh", "人工")],
)
async def test_a_question_about_the_company_without_evidence_is_refused(
    run: Run, ask: Ask, evidence: Found, text: str, language: str, word: str
) -> None:
    model = ScriptedModel([])
    shown, end = await run(General(), ask(text, language), evidence(sufficient=False), model)
    assert shown == ""
    assert isinstance(end, Refusal)
    assert (end.code, end.offer_human) == ("no_evidence", True)
    assert word in end.reason


async def test_an_empty_answer_is_a_refusal(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    _, end = await run(
        General(), ask("How does the refund arrive?"), evidence(hit(REFUNDS)), ScriptedModel([Reply(("\n", " "))])
    )
    assert isinstance(end, Refusal)
    assert end.code == "ungrounded"


async def test_an_answer_cut_by_its_length_says_so(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel([Reply(("Refunds arrive within",), finish="length")])
    _, end = await run(General(), ask("How does the refund arrive?"), evidence(hit(REFUNDS)), model)
    assert isinstance(end, Done)
    assert end.finish == "length"


async def test_the_askers_limit_goes_to_the_model(run: Run, ask: Ask, evidence: Found) -> None:
    model = ScriptedModel(["x"])
    await run(General(), ask("Who wrote Hamlet?", max_tokens=17), evidence(sufficient=False), model)
    assert model.requests[0].sampling.max_tokens == 17


async def test_a_model_that_dies_raises_after_what_was_shown(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel([Reply(("Refunds arrive", "x"), error=ModelInterrupted("gone"), fail_after=1)])
    responses = General().respond(ask("How does the refund arrive?"), evidence(hit(REFUNDS)), model)
    assert await anext(responses) == TextDelta("Refunds arrive")
    with pytest.raises(ModelInterrupted):
        await anext(responses)


async def test_leaving_stops_the_model(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel([Reply(("Refunds ", "arrive ", "soon."))])
    responses = General().respond(ask("How does the refund arrive?"), evidence(hit(REFUNDS)), model)
    await anext(responses)
    await responses.aclose()
    assert model.closed_early == 1


@pytest.mark.parametrize(
    ("answer", "shrug"),
    [
        ("The sources do not mention the price.", True),
        ("I cannot find this in the sources.", True),
        ("资料中没有提到价格。", True),
        ("The price is 5 dollars [1].", False),
        ("价格是5元[1]。", False),
        ("The documents do not mention it. " + "But refunds take five days. " * 8, False),
    ],
)
def test_a_shrug_is_told_from_an_answer(answer: str, shrug: bool) -> None:
    assert is_shrug(answer) is shrug


def test_a_shrug_is_turned_into_a_refusal(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    verdict = General().guard(ask("Price?"), evidence(hit(REFUNDS)), "The sources do not mention the price.")
    assert verdict.refusal is not None
    assert verdict.refusal.code == "no_evidence"


def test_the_guard_takes_out_markers_of_nothing(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    assert General().guard(ask("x"), evidence(hit(REFUNDS)), "A [1] b [2].").text == "A [1] b ."
    assert only_known("a[0][1][3]", 2) == "a[1]"


async def test_an_answer_that_cites_nothing_is_not_called_grounded_and_is_withdrawn(
    run: Run, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    model = ScriptedModel(["Penguins are birds, as everybody knows."])
    question, found = ask("How does the refund arrive?"), evidence(hit(REFUNDS))
    text, end = await run(General(), question, found, model)
    assert isinstance(end, Done)
    assert not end.grounded
    refusal = General().guard(question, found, text).refusal
    assert refusal is not None
    assert (refusal.code, refusal.offer_human) == ("ungrounded", True)


def test_a_sentence_with_an_invented_number_is_taken_out_in_every_domain(
    ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    said = "Refunds arrive within 5 business days [1]. The fee is 30 yuan [1]."
    verdict = General().guard(ask("Refunds?"), evidence(hit(REFUNDS)), said)
    assert (verdict.text, verdict.refusal) == ("Refunds arrive within 5 business days [1].", None)


def test_months_that_are_left_of_nothing_are_withdrawn_unless_a_date_was_said(
    ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    found, said = evidence(hit("The lamp is covered for 24 months.")), "You have 24 months left on the lamp [1]."
    question = ask("How much warranty is left on my lamp?")
    assert General().guard(question, found, said).refusal is not None
    earlier = (Message("user", "I bought the lamp today."), Message("assistant", "Enjoy it."))
    assert General().guard(replace(question, history=earlier), found, said).refusal is None


def test_an_emergency_stays_one_when_the_answer_is_withdrawn(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    question = ask("My father has chest pain and cannot breathe, what now?")
    verdict = Medical().guard(question, evidence(hit(REFUNDS)), f"{Medical().opening(question)}Wait and see.")
    assert verdict.refusal is not None
    assert verdict.refusal.code == "emergency"
    assert verdict.refusal.reason.startswith("⚠️")


def test_the_banner_and_the_note_of_medicine_are_not_numbers_from_nowhere(
    ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    question = ask("My father has chest pain and cannot breathe, what now?")
    said = f"{Medical().opening(question)}Refunds arrive within 5 business days [1]."
    assert Medical().guard(question, evidence(hit(REFUNDS)), said).refusal is None


def test_code_without_a_citation_is_shown_unless_the_company_is_asked_about(
    ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    said, found = "```python\nretry(after=30)\n```", evidence(hit(REFUNDS))
    assert Code().guard(ask("How do I retry in Python?"), found, said).text == said
    assert Code().guard(ask("How do I retry?", about_company=True), found, said).refusal is not None


def test_the_guard_hides_account_numbers(ask: Ask, evidence: Found) -> None:
    assert (
        General().guard(ask("x"), evidence(sufficient=False), "It is 4111 1111 1111 1111.").text == "It is [bank_card]."
    )
