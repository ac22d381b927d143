"""Finance: no number from nowhere is ever shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from domains.finance.domain import Finance
from domains.finance.guard import NOTE
from domains.protocols import Domain
from domains.types import Done, Evidence, Question, Refusal, Response
from inference.client.protocols import ChatModel
from inference.client.scripted import Reply, ScriptedModel
from retrieval.types import Hit

Run = Callable[[Domain, Question, Evidence, ChatModel], Awaitable[tuple[str, Response]]]
Ask = Callable[..., Question]
Found = Callable[..., Evidence]
MakeHit = Callable[..., Hit]

REPORT = "Operating revenue was 8.42 billion yuan in 2025, up 12.5% from 2024. Research cost 505 million yuan."


async def test_grounded_numbers_are_shown_with_a_note(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel(["Operating revenue rose 12.5% to 8.42 billion yuan [1]."])
    text, end = await run(Finance(), ask("Explain the operating revenue"), evidence(hit(REPORT)), model)
    assert text == f"Operating revenue rose 12.5% to 8.42 billion yuan [1].\n\n{NOTE.en}"
    assert isinstance(end, Done)


async def test_a_sentence_with_an_invented_number_is_never_shown(
    run: Run, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    said = "Operating revenue was 8.42 billion yuan. Profit was 999 million yuan. Research cost 505 million yuan."
    model = ScriptedModel([Reply(tuple(said))])
    text, _ = await run(Finance(), ask("Explain the operating revenue"), evidence(hit(REPORT)), model)
    assert "999" not in text
    assert "8.42" in text
    assert "505" in text


async def test_an_answer_of_invented_numbers_alone_is_refused(
    run: Run, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    text, end = await run(
        Finance(), ask("Explain the profit"), evidence(hit(REPORT)), ScriptedModel(["Profit was 999 million."])
    )
    assert text.strip() == ""
    assert isinstance(end, Refusal)
    assert end.code == "ungrounded"


async def test_numbers_of_the_question_may_be_repeated(run: Run, ask: Ask, evidence: Found, hit: MakeHit) -> None:
    model = ScriptedModel(["You ask about 777 yuan; revenue was 8.42 billion yuan."])
    text, _ = await run(Finance(), ask("Explain my 777 yuan and the revenue"), evidence(hit(REPORT)), model)
    assert "777" in text


async def test_a_chinese_numeral_is_held_against_the_evidence(
    run: Run, ask: Ask, evidence: Found, hit: MakeHit
) -> None:
    report = hit("营业收入84.2亿元，增长百分之十二。", language="zh")
    model = ScriptedModel(["营业收入84.2亿元。利润三百万元。增长12%。"])
    text, _ = await run(Finance(), ask("说明营业收入的情况", "zh"), evidence(report), model)
    assert "三百万" not in text
    assert "84.2亿元[1]。增长12%" in text


async def test_without_evidence_it_is_refused(run: Run, ask: Ask, evidence: Found) -> None:
    _, end = await run(Finance(), ask("What is compound interest?"), evidence(sufficient=False), ScriptedModel([]))
    assert isinstance(end, Refusal)
    assert end.code == "no_evidence"


@pytest.mark.parametrize(
    "said", ["You should buy now.", "Guaranteed returns await.", "这只股票一定会上涨。", "建议您买入。"]
)
def test_promises_are_not_admitted(ask: Ask, evidence: Found, hit: MakeHit, said: str) -> None:
    assert not Finance().admits(ask("?"), evidence(hit(REPORT)), said)


def test_a_warning_that_quotes_a_promise_is_admitted(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    source = hit("Whoever speaks of guaranteed returns is a fraud.")
    assert Finance().admits(ask("?"), evidence(source), "Whoever speaks of guaranteed returns is a fraud.")


def test_the_guard_refuses_what_slipped_through(ask: Ask, evidence: Found, hit: MakeHit) -> None:
    verdict = Finance().guard(ask("?"), evidence(hit(REPORT)), "Revenue was 9.99 billion.")
    assert verdict.refusal is not None
    assert Finance().guard(ask("?"), evidence(hit(REPORT)), "Revenue was 8.42 billion [1].").refusal is None
