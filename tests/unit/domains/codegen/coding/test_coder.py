"""Completion, edit and explanation with a scripted model: context, syntax, rounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domains.codegen.coding.coder import Event, Piece, Stage, region, work
from domains.codegen.coding.work import Wish, Worked
from inference.client.errors import ModelRejected
from inference.client.scripted import Reply, ScriptedModel
from inference.client.types import Message

CART = """from money import to_cents


class Cart:
    def __init__(self):
        self.items = []

    def add(self, price):
        self.items.append(to_cents(price))

    def total(self):
        return sum(self.items)
"""
MONEY = 'def to_cents(amount):\n    """Return whole cents."""\n    return round(amount * 100)\n'
OTHER = "def unrelated_weather_report():\n    return 'rain'\n"
FILES = {"cart.py": CART, "money.py": MONEY, "weather.py": OTHER}


def wish(task: str, **change: object) -> Wish:
    return replace(Wish(task, FILES, "cart.py"), **change)  # type: ignore[arg-type]


async def done(asked: Wish, *replies: Reply | str) -> tuple[Worked, list[Event], ScriptedModel]:
    model = ScriptedModel(list(replies))
    events = [event async for event in work(asked, model)]
    last = events[-1]
    assert isinstance(last, Worked)
    return last, events, model


async def test_a_completion_is_put_in_front_of_the_cursor_without_what_is_there() -> None:
    source = CART.replace("        return sum(self.items)\n", "        return sum(\n")
    asked = wish("complete", files={**FILES, "cart.py": source}, line=12, column=20)
    worked, events, _ = await done(asked, "```python\n        return sum(self.items)\n```")
    assert worked.text == "self.items)"
    assert worked.change is not None
    assert worked.change.text == CART
    assert worked.faults == ()
    assert any(isinstance(event, Piece) for event in events)


async def test_the_model_sees_what_defines_the_names_in_use() -> None:
    worked, events, model = await done(wish("explain", line=8, end_line=9), "It keeps `to_cents` of the price.")
    assert [seen.path for seen in worked.context if seen.path != "cart.py"] == ["money.py"]
    prompt = model.requests[0].messages[-1].content
    assert "### money.py:1-3" in prompt
    assert "weather" not in prompt
    stage = next(event for event in events if isinstance(event, Stage))
    assert 0 < stage.tokens == worked.context_tokens < 200


async def test_an_edit_keeps_the_indentation_and_the_rest_of_the_file() -> None:
    answer = "```python\ndef total(self):\n    return sum(self.items) / 100\n```"
    worked, _, _ = await done(wish("edit", line=11, end_line=12, instruction="return units"), answer)
    assert worked.change is not None
    assert worked.change.text == CART.replace("sum(self.items)", "sum(self.items) / 100")
    assert worked.change.diff.startswith("--- a/cart.py\n+++ b/cart.py\n")
    assert (worked.faults, worked.rounds) == ((), 1)


async def test_an_edit_that_does_not_parse_is_asked_for_again_with_the_fault() -> None:
    bad, good = "def total(self:\n    return 1", "def total(self):\n    return 1"
    worked, _, model = await done(wish("edit", line=11, end_line=12, instruction="return one"), bad, good)
    assert (worked.rounds, worked.faults) == (2, ())
    assert "does not parse: line 11" in model.requests[1].messages[-1].content
    assert Message("assistant", bad) in model.requests[1].messages


async def test_what_still_does_not_parse_is_shown_with_its_faults() -> None:
    bad = "def total(self:\n    return 1"
    worked, _, _ = await done(wish("edit", line=11, end_line=12, instruction="return one"), bad, bad)
    assert worked.faults
    assert worked.faults[0].line == 11
    assert not worked.executed


async def test_names_that_stand_nowhere_are_told_from_those_that_do() -> None:
    worked, _, _ = await done(wish("explain"), "`Cart.add` calls `to_cents`, then `send_email()` and `total(x)`.")
    assert worked.unknown_names == ("send_email",)
    assert worked.change is None


async def test_an_explanation_is_in_the_askers_language() -> None:
    _, _, model = await done(wish("explain", language="zh"), "它求和。")
    assert "简体中文" in model.requests[0].messages[0].content


async def test_earlier_rounds_stand_before_what_is_asked_now() -> None:
    history = (Message("user", "explain cart.py"), Message("assistant", "A cart."))
    _, _, model = await done(wish("explain", history=history), "Sums.")
    assert model.requests[0].messages[1:3] == history


async def test_context_shrinks_where_the_prompt_is_too_long_for_the_model() -> None:
    refused = Reply(("x",), error=ModelRejected("too long", code="prompt_too_long"))
    worked, _, model = await done(wish("explain", line=8, end_line=9), refused, "It adds.")
    assert len(model.requests) == 2
    assert len(model.requests[1].messages[-1].content) < len(model.requests[0].messages[-1].content)
    assert worked.text == "It adds."


async def test_a_refusal_for_another_reason_is_the_askers_to_hear() -> None:
    with pytest.raises(ModelRejected):
        await done(wish("explain"), Reply(("x",), error=ModelRejected("no such model", code="unknown_model")))


def test_without_a_selection_the_definition_around_the_line_is_meant() -> None:
    files = {"m.py": "x = 1\n" * 70 + "def f():\n    return 1\n"}
    start, end = region(Wish("edit", files, "m.py", line=72))
    assert start > 1
    assert end == 72
    assert region(Wish("edit", files, "m.py", line=3, end_line=900)) == (3, 72)
