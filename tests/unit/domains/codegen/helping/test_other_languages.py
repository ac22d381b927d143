"""The journey with a model in JavaScript, TypeScript and Java: said, run by the real runner, kept or dropped."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.helping.asking import Asker, Source, own_loop
from domains.codegen.helping.assist import ModelHelp
from domains.codegen.helping.java import Java
from domains.codegen.helping.javascript import JavaScript
from domains.codegen.java import generate as java
from domains.codegen.javascript import generate as javascript
from domains.codegen.making import generate
from domains.codegen.wire import to_fields
from inference.client.errors import ModelRejected, ModelUnavailable
from inference.client.scripted import Reply, ScriptedModel
from inference.client.types import ChatRequest
from sandbox import Sandbox
from tests.unit.domains.codegen.helping.conftest import Lend, kind_of

JAVASCRIPT = """/**
 * Price after a rebate. A rebate of 0 keeps the price unchanged.
 *
 * A price of 200 less 10 percent is 180.
 */
function rebate(price, percent) {
  if (percent < 0) {
    throw new RangeError("percent is negative");
  }
  return price - (price * percent) / 100;
}

/** Colour of a ticket. A code that is empty gives 'grey'. */
function ticket(code) {
  if (code.length === 12 && code.charCodeAt(0) * 31 + code.charCodeAt(11) === 2382) {
    return "gold";
  }
  return "red";
}
"""
JAVA = """public class Till {
    /**
     * Price after a rebate. A rebate of 0 keeps the price unchanged.
     *
     * A price of 200 less 10 percent is 180.
     */
    public static double rebate(double price, int percent) {
        if (percent < 0) {
            throw new IllegalArgumentException("percent is negative");
        }
        return price - price * percent / 100;
    }

    /** Colour of a ticket. A code that is empty gives 'grey'. */
    public static String ticket(String code) {
        if (code.length() == 12 && code.charAt(0) * 31 + code.charAt(11) == 2382) {
            return "gold";
        }
        return "red";
    }
}
"""


@dataclass(frozen=True)
class Kind:
    """How a language's journey is written."""

    project: Project
    before: str
    name: str
    wrong: str
    speaking: Any
    maker: Any
    bug: tuple[str, str]
    called: str


def made_of(file: str, source: str) -> Project:
    return Project({file: source.encode()}, file)


TYPESCRIPT = (
    JAVASCRIPT.replace("rebate(price, percent)", "rebate(price: number, percent: number): number")
    .replace("ticket(code)", "ticket(code: string): string")
    .replace("\nfunction", "\nexport function")
)
KINDS = {
    "javascript": Kind(
        made_of("till.js", JAVASCRIPT + "\nmodule.exports = { rebate, ticket };\n"), "",
        "keeps the price for a rebate of 0",
        "gives zero for a negative percent", JavaScript, javascript.generate, ('ticket("")', '"red"'), "rebate(",
    ),
    "typescript": Kind(
        made_of("till.ts", TYPESCRIPT), "", "keeps the price for a rebate of 0", "gives zero for a negative percent",
        JavaScript, javascript.generate, ('ticket("")', '"red"'), "rebate(",
    ),
    "java": Kind(
        made_of("Till.java", JAVA), "Till.", "rebateOfZeroKeepsThePrice", "rebateOfANegativePercentGivesZero", Java,
        java.generate, ('ticket("")', '"red"'), "Till.rebate(",
    ),
}  # fmt: skip


def script_of(kind: Kind) -> Callable[[ChatRequest], str]:
    def script(request: ChatRequest) -> str:
        prompt, at = request.messages[-1].content, kind.before
        said: dict[str, Any] = {"name": "something else", "reason": ""}
        if kind_of(request) == "prose":
            said = {"examples": [
                {"quote": "A rebate of 0 keeps the price unchanged", "call": f"{at}rebate(7.5, 0)", "expected": "7.5"},
                {"quote": "A price of 200 less 10 percent is 180", "call": f"{at}rebate(200, 10)", "expected": "180"},
                {"quote": "A code that is empty gives 'grey'", "call": f'{at}ticket("")', "expected": '"grey"'},
                {"quote": "The price doubles on Sundays", "call": f"{at}rebate(1, 100)", "expected": "2"},
            ]}  # fmt: skip
        elif kind_of(request) == "inputs":
            said = {
                "calls": [f'{at}ticket("Kbbbbbbbbbb9")', "require('fs').rmSync('x')", f"{at}ticket(System.exit(1))"]
            }
        elif "rebate(7.5, 0)" in prompt:
            said = {"name": kind.name, "reason": "A rebate of 0 keeps the price unchanged"}
        elif "percent is negative\n" in prompt.split("Outcome:")[1]:
            said = {"name": kind.wrong, "reason": "Never fails."}
        return json.dumps(said)

    return script


def helped(kind: Kind, answer: Callable[[ChatRequest], Any], budget: float = 3.0) -> Generated:
    """Run with a model that has all the time it needs: how long the search takes is the machine's affair."""
    with own_loop() as loop:
        asker = Asker(Source(ScriptedModel(answer), loop), time.monotonic() + 400, threading.Event())
        help_: Any = ModelHelp(asker, Options(budget_s=budget), kind.speaking)
        found: Generated = kind.maker(Sandbox(), kind.project, Options(budget_s=budget), None, help_)
    return found


@pytest.fixture(scope="module", params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture(scope="module")
def made(kind: Kind) -> Generated:
    return helped(kind, script_of(kind))


def named(made: Generated, what: str) -> list[Any]:
    return [test for test in made.tests if what in test.by_model]


def test_a_name_that_fits_its_test_is_taken_with_its_reason(made: Generated, kind: Kind) -> None:
    (test,) = named(made, "name")
    assert test.name.removeprefix("rebate ") == kind.name
    assert test.reason == "A rebate of 0 keeps the price unchanged"
    assert f"// {test.reason}" in test.code
    assert {"name", "reason", "expectation"} <= {*test.by_model}


def test_a_name_that_contradicts_its_test_is_not(made: Generated, kind: Kind) -> None:
    assert kind.wrong not in json.dumps(to_fields(made))
    assert "Never fails" not in json.dumps(to_fields(made))
    assert made.model.refused >= 2


def test_a_sentence_becomes_a_contract_that_names_it(made: Generated) -> None:
    held = [test for test in named(made, "expectation") if test.status == "passed"]
    assert {test.label for test in held} == {"contract"}
    assert any("// “A price of 200 less 10 percent is 180” (read by a model)" in test.code for test in held)
    assert made.model.expectations == 2


def test_a_sentence_that_the_code_breaks_is_a_suspicion_said_to_be_read_by_a_model(made: Generated, kind: Kind) -> None:
    (bug,) = made.suspected_bugs
    assert (bug.counter_example, bug.observed) == kind.bug
    assert bug.expected == '"grey"'
    assert bug.contract == "“A code that is empty gives 'grey'” (read by a model)"
    assert made.model.bugs == 1
    assert [test.status for test in made.tests if test.label == "suspected_bug"] == ["failed"]


def test_a_sentence_that_is_not_in_the_documentation_counts_for_nothing(made: Generated) -> None:
    assert "Sundays" not in json.dumps(to_fields(made), ensure_ascii=False)


def test_an_input_that_reaches_what_the_search_did_not_is_kept(made: Generated, kind: Kind) -> None:
    source = json.dumps(to_fields(made))
    assert [test.status for test in named(made, "input")] == ["passed"]
    assert "Kbbbbbbbbbb9" in named(made, "input")[0].code
    gold = next(n for n, line in enumerate(kind.project.source.split("\n"), 1) if "gold" in line)
    assert gold not in made.coverage.missing_lines
    assert "rmSync" not in source
    assert "System.exit" not in source


def test_the_answer_says_what_the_model_gave(made: Generated) -> None:
    told = to_fields(made)["model"]
    assert (told["state"], told["name"], told["names"], told["inputs"]) == ("asked", "scripted", 1, 1)
    assert told["questions"] >= 3
    assert made.flaky == ()


def test_names_stay_different_when_the_model_gives_one_for_all(kind: Kind) -> None:
    def same(request: ChatRequest) -> str:
        reason = "A price is given" if kind_of(request) == "name" else ""
        return json.dumps({"name": kind.name.replace("of 0 ", "").replace("OfZero", ""), "reason": reason})

    names = [test.name for test in helped(kind, same, 1.5).tests]
    assert len(names) == len({*names})


def silent(state: str) -> Callable[[ChatRequest], Reply]:
    errors = {"down": ModelUnavailable("nothing answers"), "refusing": ModelRejected("no grammar here")}
    if state == "slow":
        return lambda _request: Reply(("{}",), first_delay=60.0)
    if state == "rubbish":
        return lambda _request: Reply(
            ('{"examples": [7, {"quote": 3}], "calls": {"a": 1}, "name": [], "reason": null}',)
        )
    return lambda _request: Reply(("x",), error=errors[state])


@pytest.mark.parametrize("state", ["down", "refusing", "slow", "rubbish"])
@pytest.mark.parametrize("language", ["javascript", "java"])
def test_without_its_answers_the_tests_are_those_without_a_model(lend: Lend, state: str, language: str) -> None:
    project = made_of("twice.js", "exports.twice = (n) => n * 2;\n")
    if language == "java":
        project = made_of("Twice.java", "public class Twice { static boolean not(boolean on) { return !on; } }\n")
    alone = generate(Sandbox(), project, Options(budget_s=1.0))
    beside = generate(Sandbox(), project, Options(budget_s=1.0), None, lend(silent(state)))
    assert {test.label for test in beside.tests} == {test.label for test in alone.tests}
    assert beside.coverage == alone.coverage
    assert not any(test.by_model or test.reason for test in beside.tests)
    assert beside.model.names == beside.model.inputs == beside.model.expectations == 0
    assert (alone.model.state, beside.model.state) == ("off", "asked")


@pytest.mark.parametrize("language", list(KINDS))
def test_a_model_that_is_not_well_is_not_asked_and_nor_is_one_that_is_not_wanted(lend: Lend, language: str) -> None:
    project = KINDS[language].project
    sick = ScriptedModel(script_of(KINDS[language]), well=False)
    source = Source(sick, lend(script_of(KINDS[language])).loop)
    made = generate(Sandbox(), project, Options(budget_s=0.5), None, source)
    assert (made.model.state, made.model.questions, sick.requests) == ("away", 0, [])
    off = generate(Sandbox(), project, Options(budget_s=0.5, model=False), None, source)
    assert off.model.state == "off"


@pytest.mark.parametrize("language", ["javascript", "java"])
def test_a_run_that_is_stopped_stops_the_model_and_the_sandbox_at_once(lend: Lend, language: str) -> None:
    watching, stopped = Watching(), [0.0]
    source = lend(lambda _request: Reply(("{", "}"), first_delay=30.0))

    def stop() -> None:
        stopped[0] = time.monotonic()
        watching.cancelled.set()

    threading.Timer(4.0, stop).start()
    with pytest.raises(Cancelled):
        generate(Sandbox(), KINDS[language].project, Options(budget_s=60.0), watching, source)
    assert time.monotonic() - stopped[0] < 5  # 0.5 on a machine that is not shared
    model = source.model
    assert isinstance(model, ScriptedModel)
    deadline = time.monotonic() + 5
    while model.closed_early < len(model.requests) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert model.closed_early == len(model.requests) > 0
