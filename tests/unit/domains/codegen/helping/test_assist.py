"""The journey with a model: what it says is run, what does not hold is dropped, and without it nothing changes."""

from __future__ import annotations

import ast
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.helping.asking import Source
from domains.codegen.making import generate
from domains.codegen.wire import to_fields
from inference.client.errors import ModelRejected, ModelUnavailable
from inference.client.scripted import Reply, ScriptedModel
from inference.client.types import ChatRequest
from sandbox import Sandbox
from tests.unit.domains.codegen.helping.conftest import Lend, kind_of

TILL = '''"""A till."""


def rebate(price: float, percent: float) -> float:
    """Return the price after a rebate. A rebate of 0 keeps the price unchanged.

    A price of 200 less 10 percent is 180.
    """
    if percent < 0:
        raise ValueError("percent is negative")
    return price - price * percent / 100


def ticket(code: str) -> str:
    """Return the colour. A code that is empty gives 'grey'."""
    if code == "K7-quartz-19":
        return "gold"
    return "red"
'''
PROJECT = Project({"till.py": TILL.encode()}, "till.py")


def script(request: ChatRequest) -> str:
    prompt = request.messages[-1].content
    said: dict[str, Any] = {"name": "test_something_else", "reason": ""}
    if kind_of(request) == "prose":
        said = {"examples": [
            {"quote": "A rebate of 0 keeps the price unchanged", "call": "rebate(7.5, 0)", "expected": "7.5"},
            {"quote": "A price of 200 less 10 percent is 180", "call": "rebate(200, 10)", "expected": "180.0"},
            {"quote": "A code that is empty gives 'grey'", "call": "ticket('')", "expected": "'grey'"},
            {"quote": "The price doubles on Sundays", "call": "rebate(1, 100)", "expected": "2"},
        ]}  # fmt: skip
    elif kind_of(request) == "inputs":
        said = {"calls": ["ticket('K7-quartz-19')", "__import__('os').remove('x')", "ticket(open('/etc/passwd'))"]}
    elif "rebate(7.5, 0)" in prompt:
        said = {"name": "test_rebate_of_zero_keeps_the_price", "reason": "A rebate of 0 keeps the price unchanged"}
    elif "raises ValueError" in prompt:
        said = {"name": "test_rebate_of_a_negative_percent_returns_zero", "reason": "Never fails."}
    return json.dumps(said)


@pytest.fixture(scope="module")
def made() -> Generated:
    from domains.codegen.helping.asking import own_loop

    with own_loop() as loop:
        return generate(Sandbox(), PROJECT, Options(budget_s=3.0), None, Source(ScriptedModel(script), loop))


def named(made: Generated, what: str) -> list[Any]:
    return [test for test in made.tests if what in test.by_model]


def test_a_name_that_fits_its_test_is_taken_with_its_reason(made: Generated) -> None:
    test = next(test for test in made.tests if test.name == "test_rebate_of_zero_keeps_the_price")
    assert test.reason == "A rebate of 0 keeps the price unchanged"
    assert f'"""{test.reason}"""' in test.code
    assert {"name", "reason", "expectation"} <= {*test.by_model}


def test_a_name_that_contradicts_its_test_is_not(made: Generated) -> None:
    assert not any("returns_zero" in test.name for test in made.tests)
    assert any("raises_value_error" in test.name for test in made.tests)
    assert made.model.refused >= 2


def test_a_sentence_becomes_a_contract_that_names_it(made: Generated) -> None:
    held = [test for test in named(made, "expectation") if test.status == "passed"]
    assert {test.label for test in held} == {"contract"}
    assert any("# “A price of 200 less 10 percent is 180” (read by a model)" in test.code for test in held)
    assert made.model.expectations == 2


def test_a_sentence_that_the_code_breaks_is_a_suspicion_said_to_be_read_by_a_model(made: Generated) -> None:
    assert [(bug.counter_example, bug.expected, bug.observed) for bug in made.suspected_bugs] == [
        ("ticket('')", "'grey'", "'red'")
    ]
    assert made.suspected_bugs[0].contract == "“A code that is empty gives 'grey'” (read by a model)"
    assert made.model.bugs == 1


def test_a_sentence_that_is_not_in_the_documentation_counts_for_nothing(made: Generated) -> None:
    assert "Sundays" not in json.dumps(to_fields(made), ensure_ascii=False)


def test_an_input_that_reaches_what_the_search_did_not_is_kept(made: Generated) -> None:
    source = json.dumps(to_fields(made))
    assert "K7-quartz-19" in source
    assert made.coverage.line == 1.0
    assert "__import__" not in source
    assert "/etc/passwd" not in source


def test_the_answer_says_what_the_model_gave(made: Generated) -> None:
    told = to_fields(made)["model"]
    assert (told["state"], told["name"], told["names"], told["expectations"]) == ("asked", "scripted", 1, 2)
    assert told["questions"] >= 3


def test_every_test_ran_and_asserts(made: Generated) -> None:
    for text in made.files.values():
        ast.parse(text)
        assert text.count("def test_") <= text.count("assert ") + text.count("pytest.raises")


def silent(state: str) -> Callable[[ChatRequest], Reply]:
    errors = {"down": ModelUnavailable("nothing answers"), "refusing": ModelRejected("no grammar here")}
    if state == "slow":
        return lambda _request: Reply(("{}",), first_delay=60.0)
    return lambda _request: Reply(("x",), error=errors[state])


@pytest.mark.parametrize("state", ["down", "refusing", "slow"])
def test_without_its_answers_the_tests_are_those_without_a_model(lend: Lend, state: str) -> None:
    alone = generate(Sandbox(), PROJECT, Options(budget_s=1.5))
    began = time.monotonic()
    beside = generate(Sandbox(), PROJECT, Options(budget_s=1.5), None, lend(silent(state)))
    assert {test.label for test in beside.tests} == {test.label for test in alone.tests}
    assert not any(test.by_model or test.reason for test in beside.tests)
    assert beside.model.names == beside.model.inputs == beside.model.expectations == 0
    assert time.monotonic() - began < 45


def test_a_model_that_is_not_well_is_not_asked(lend: Lend) -> None:
    sick = ScriptedModel(script, well=False)
    made = generate(Sandbox(), PROJECT, Options(budget_s=1.0), None, Source(sick, lend(script).loop))
    assert (made.model.state, made.model.questions, sick.requests) == ("away", 0, [])


def test_who_wants_no_model_gets_none(lend: Lend) -> None:
    source = lend(script)
    made = generate(Sandbox(), PROJECT, Options(budget_s=1.0, model=False), None, source)
    assert made.model.state == "off"
    assert source.model.requests == []  # type: ignore[attr-defined]


def test_a_run_that_is_stopped_stops_the_model_too(lend: Lend) -> None:
    watching = Watching()
    source = lend(lambda _request: Reply(("{", "}"), first_delay=30.0))
    threading.Timer(1.0, watching.cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        generate(Sandbox(), PROJECT, Options(budget_s=20.0), watching, source)
    assert time.monotonic() - began < 10
    model = source.model
    assert isinstance(model, ScriptedModel)
    deadline = time.monotonic() + 5
    while model.closed_early < len(model.requests) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert model.closed_early == len(model.requests) > 0
