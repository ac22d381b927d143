"""Names are asked for a few at once, each once, while there is time."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable

from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.types import Label, Project
from domains.codegen.helping.asking import Asker
from domains.codegen.helping.naming import Namer
from domains.codegen.helping.python import Python
from inference.client.errors import ModelUnavailable
from inference.client.scripted import Reply, ScriptedModel
from inference.client.types import ChatRequest

SOURCE = "def keep(thing):\n    return thing\n\n\ndef drop(thing):\n    raise KeyError(thing)\n"
PYTHON = Python(Project({"m.py": SOURCE.encode()}, "m.py"), ast.parse(SOURCE))
Made = Callable[..., Asker]


def kept(text: str, label: Label = "regression") -> Case:
    return Case(Scenario("keep", (Step("keep", (("", text),)),)), (Seen("value", text, "list"),), label)


def dropped(text: str) -> Case:
    scenario = Scenario("drop", (Step("drop", (("", text),)),))
    return Case(scenario, (Seen("raises", "KeyError", message=text),), "regression")


def namer(asker: Asker) -> tuple[Namer[Case], list[tuple[str, int, int]]]:
    told: list[tuple[str, int, int]] = []
    return Namer(asker, PYTHON, lambda stage, n, of: told.append((stage, n, of))), told


def saying(name: str, reason: str = "") -> Callable[[ChatRequest], str]:
    return lambda _request: json.dumps({"name": name, "reason": reason})


def test_a_fitting_name_and_reason_are_given_and_progress_is_told(asker: Made) -> None:
    made, told = namer(asker(saying("test_keep_of_an_empty_list_is_unchanged", "An empty list is kept.")))
    case = kept("[]")
    worded = made.word([case])
    assert worded[case.scenario].name == "test_keep_of_an_empty_list_is_unchanged"
    assert worded[case.scenario].reason == "An empty list is kept."
    assert told == [("model", 1, 1)]
    assert made.refused == 0


def test_a_name_is_given_once(asker: Made) -> None:
    made, _ = namer(asker(saying("test_drop_raises_key_error")))
    worded = made.word([dropped("1"), dropped("2")])
    assert [wording.name for wording in worded.values()] == ["test_drop_raises_key_error"]
    assert made.refused == 1


def test_what_contradicts_is_counted_and_left_out(asker: Made) -> None:
    made, _ = namer(asker(saying("test_keep_raises_an_error", "Everything is always kept.")))
    assert made.word([kept("[1]")]) == {}
    assert made.refused == 2


def test_contracts_are_named_first(asker: Made) -> None:
    questions: list[str] = []

    def script(request: ChatRequest) -> str:
        questions.append(request.messages[-1].content)
        return "{}"

    made, _ = namer(asker(script))
    made.word([dropped("1"), kept("[7]", "contract")])
    assert "keep([7])" in questions[0]


def test_rows_of_a_table_are_not_named_one_by_one(asker: Made) -> None:
    source = asker(saying("test_keep_is_unchanged"))
    made, _ = namer(source)
    assert made.word([kept(f"[{n}]") for n in range(5)]) == {}
    assert source.questions == 0


def test_a_model_that_goes_away_is_not_asked_on(asker: Made) -> None:
    source = asker(lambda _request: Reply(("x",), error=ModelUnavailable("gone")))
    made, _ = namer(source)
    assert made.word([dropped(str(n)) for n in range(9)]) == {}
    assert source.questions <= 3


def test_without_time_nothing_is_asked(asker: Made) -> None:
    source = asker(saying("test_drop_raises_key_error"), seconds=0.0)
    made, _ = namer(source)
    assert made.word([dropped("1")]) == {}
    assert source.questions == 0


def test_the_question_shows_the_code_the_call_and_the_outcome(asker: Made) -> None:
    source = asker(saying("x"))
    made, _ = namer(source)
    made.word([dropped("'gold'")])
    model = source.source.model
    assert isinstance(model, ScriptedModel)
    prompt = model.requests[0].messages[-1].content
    assert "def drop(thing):" in prompt
    assert "Test: drop('gold')" in prompt
    assert "Outcome: raises KeyError: 'gold'" in prompt
    assert "def keep" not in prompt
