"""What a run does with the model's words, without a sandbox: reading, counting, crediting."""

from __future__ import annotations

import ast
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domains.codegen.engine.exploring import Explored
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.types import Options, Project
from domains.codegen.helping.asking import Asker
from domains.codegen.helping.assist import ModelHelp, helper
from domains.codegen.helping.calls import Callables, literal, read
from domains.codegen.helping.python import Python
from inference.client.scripted import ScriptedModel
from inference.client.types import ChatRequest
from tests.unit.domains.codegen.helping.conftest import Lend, kind_of

SOURCE = '''def f(a):
    """An empty list gives 0. A list of 2 and 3 gives 5."""
    return sum(a)


def g(a):
    """A zero gives None."""
    if a == 77:
        return 1
    return None
'''
PROJECT = Project({"m.py": SOURCE.encode()}, "m.py")
Made = Callable[..., Asker]


def begun(asker: Asker, options: Options | None = None) -> Any:
    help_ = ModelHelp(asker, options or Options(), Python)
    help_.begin(PROJECT, ast.parse(SOURCE))
    return help_


def asked_of(help_: Any) -> list[ChatRequest]:
    model = help_.asker.source.model
    assert isinstance(model, ScriptedModel)
    until = time.monotonic() + 5
    while len(model.requests) < help_.asker.questions and time.monotonic() < until:
        time.sleep(0.01)
    return model.requests


def test_documentation_is_read_of_every_function_that_says_something(asker: Made) -> None:
    help_ = begun(asker(lambda _request: "{}"))
    prompts = [request.messages[-1].content for request in asked_of(help_)]
    assert len(prompts) == 2
    assert all("return sum" not in prompt for prompt in prompts)


def test_only_the_symbols_wanted_are_read(asker: Made) -> None:
    help_ = begun(asker(lambda _request: "{}"), Options(symbols=("g",)))
    (only,) = asked_of(help_)
    assert "def g(a)" in only.messages[-1].content


def test_lines_that_were_missed_are_asked_about_and_none_are_not(asker: Made) -> None:
    help_ = begun(asker(lambda _request: "{}"))
    help_.missed([])
    assert {kind_of(request) for request in asked_of(help_)} == {"prose"}
    help_.missed([9])
    assert [kind_of(request) for request in asked_of(help_)].count("inputs") == 1
    assert "return 1   # <- never reached" in help_.asker.source.model.requests[-1].messages[-1].content


def test_what_cannot_be_read_is_refused_and_needs_no_sandbox(asker: Made) -> None:
    def script(request: ChatRequest) -> str:
        if kind_of(request) == "prose":
            return json.dumps({"examples": [{"quote": "never said", "call": "f([])", "expected": "0"}, "nonsense"]})
        return json.dumps({"calls": ["import os", "h(1)"]})

    help_ = begun(asker(script))
    help_.missed([9])
    explored = Explored.model_validate(
        {"symbols": [{"symbol": name, "callee": name, "parameters": ["a"]} for name in ("f", "g")]}
    )
    nowhere: Any = None
    assert help_.join(nowhere, explored) is explored
    assert help_.contribution([], []).refused == 6


def test_a_model_that_is_away_leaves_everything_as_it_is(asker: Made) -> None:
    source = asker(lambda _request: "{}")
    source.source = type(source.source)(ScriptedModel([], well=False), source.source.loop)
    help_ = begun(source)
    help_.missed([9])
    nowhere: Any = None
    explored = Explored.model_validate({"surviving": [{"line": 9, "change": "x"}]})
    assert help_.join(nowhere, explored) is explored
    assert help_.word([]) == ([], {})
    assert (help_.contribution([], []).state, help_.asker.questions) == ("away", 0)


def test_nothing_is_credited_that_was_not_given(asker: Made) -> None:
    help_ = begun(asker(lambda _request: "{}"))
    case = Case(Scenario("f", (Step("f", (("", "[]"),)),)), (Seen("value", "0", "int"),), "regression")
    assert help_.credited(case) == ()
    told = help_.contribution([case], [])
    assert (told.state, told.names, told.inputs, told.expectations) == ("asked", 0, 0, 0)


def test_the_budget_begins_with_the_help_and_ends_it(lend: Lend) -> None:
    made = helper(lend(lambda _request: "{}"), Options(budget_s=5.0), lambda *_: None, threading.Event(), Python)
    assert 4.0 < made.asker.left <= 5.0


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab'\"\\é零", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.text("k", max_size=2), inner),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(VALUES)
def test_any_literal_is_read_as_the_value_that_it_is(value: object) -> None:
    text = repr(value)
    again = literal(text)
    assert again is not None
    assert ast.literal_eval(again) == value
    scenario = read(f"f({text})", Callables({"f": "f"}))
    assert scenario is not None
    assert ast.literal_eval(scenario.steps[0].arguments[0][1]) == value


@settings(max_examples=80, deadline=None)
@given(st.text("f()[]{}1a.,'\"=*:lambda ", max_size=30))
def test_no_text_crashes_the_reader_or_names_anything_else(text: str) -> None:
    scenario = read(text, Callables({"f": "f"}))
    if scenario is not None:
        named = {node.id for node in ast.walk(ast.parse(scenario.steps[0].source())) if isinstance(node, ast.Name)}
        assert named <= {"f"}


@pytest.mark.parametrize("depth", [50, 2_000])
def test_deep_nesting_is_no_call(depth: int) -> None:
    assert read("f(" + "[" * depth + "]" * depth + ")", Callables({"f": "f"})) is None or depth == 50
