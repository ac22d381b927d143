"""The scripted model keeps the contract of a chat model, failures included."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from inference.client.errors import ModelInterrupted, ModelUnavailable
from inference.client.protocols import ChatModel
from inference.client.scripted import INFO, Reply, ScriptedModel, by_rules
from inference.client.types import ChatRequest, Delta, Message, Usage


def ask(text: str) -> ChatRequest:
    return ChatRequest((Message("user", text),))


async def text_of(model: ChatModel, question: str = "hi") -> str:
    async with aclosing(model.stream(ask(question))) as deltas:
        return "".join([delta.text async for delta in deltas])


async def test_replies_come_in_order_and_run_dry() -> None:
    model = ScriptedModel(["one", "two"])
    assert [await text_of(model), await text_of(model)] == ["one", "two"]
    with pytest.raises(ModelUnavailable, match="all were given"):
        await text_of(model)


async def test_pieces_become_deltas_and_the_last_carries_finish_and_usage() -> None:
    model = ScriptedModel([Reply(("a b ", "c"), finish="length")])
    got = [delta async for delta in model.stream(ask("how are you"))]
    assert got == [Delta("a b "), Delta("c"), Delta("", "length", Usage(3, 3))]


async def test_rules_answer_by_what_the_prompt_holds() -> None:
    model = ScriptedModel(by_rules({"refund": "5 days", "退款": "五天"}, otherwise="?"))
    assert [await text_of(model, q) for q in ("my refund", "退款多久", "hello")] == ["5 days", "五天", "?"]


async def test_a_prompt_no_rule_fits_is_a_mistake_of_the_test() -> None:
    with pytest.raises(AssertionError, match="no rule"):
        await text_of(ScriptedModel(by_rules({"refund": "5 days"})), "hello")


async def test_a_failure_comes_after_the_given_pieces() -> None:
    model = ScriptedModel([Reply(("a", "b", "c"), error=ModelInterrupted("gone"), fail_after=2)])
    deltas = model.stream(ask("x"))
    seen = [(await anext(deltas)).text for _ in range(2)]
    with pytest.raises(ModelInterrupted, match="gone"):
        await anext(deltas)
    assert seen == ["a", "b"]


async def test_a_failure_may_come_before_anything() -> None:
    model = ScriptedModel([Reply(error=ModelUnavailable("down"))])
    with pytest.raises(ModelUnavailable, match="down"):
        await text_of(model)


async def test_leaving_early_is_counted_and_an_ending_is_not() -> None:
    model = ScriptedModel(["whole", Reply(("a", "b"))])
    await text_of(model)
    assert model.closed_early == 0
    deltas = model.stream(ask("x"))
    await anext(deltas)
    await deltas.aclose()
    assert model.closed_early == 1


async def test_requests_are_kept_for_the_test_to_read() -> None:
    model = ScriptedModel(["x"])
    await text_of(model, "what?")
    assert model.requests == [ask("what?")]


async def test_it_says_who_it_is_and_whether_it_is_well() -> None:
    assert await ScriptedModel([]).info() == INFO
    down = ScriptedModel([], info=None, well=False)
    assert await down.info() is None
    assert not await down.healthy()
