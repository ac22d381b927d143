"""Only what adds something is joined, and a sentence is held once."""

from __future__ import annotations

import ast

from domains.codegen.engine.exploring import Explored
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.judging import Suspicion
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.types import Project
from domains.codegen.helping.joining import held, joined
from domains.codegen.helping.language import Call, Claim, Tried
from domains.codegen.helping.python import Python


def scenario(text: str) -> Scenario:
    return Scenario("f", (Step("f", (("", text),)),))


PYTHON = Python(Project({"m.py": b""}, "m.py"), ast.parse(""))


def tried(
    of: str = "[]", text: str = "1", *, steady: bool = True, lines: tuple[int, ...] = (), kills: tuple[int, ...] = ()
) -> Tried[Case]:
    case = Case(scenario(of), (Seen("value", text, "int"),), "regression")
    return Tried(case, steady, lines, kills, scenario(of).size())


FOUND = Explored.model_validate(
    {"killed": 3, "mutants": 6, "surviving": [{"line": n, "change": f"c{n}"} for n in (1, 2, 3)]}
)


def test_the_fewest_that_reach_and_notice_everything_are_kept() -> None:
    more, used = joined(
        FOUND,
        [
            tried("1", kills=(0,)), tried("2", kills=(0, 1), lines=(7,)), tried("3", lines=(7,)), tried("4", lines=(8,))
        ],
        PYTHON,
    )  # fmt: skip
    assert used == {scenario("2"), scenario("4")}
    assert [row.scenario for row in more.rows] == [scenario("2"), scenario("4")]
    assert (more.killed, [survivor.change for survivor in more.surviving]) == (5, ["c3"])
    assert [row.kills for row in more.rows] == [2, 0]


def test_what_adds_nothing_or_differs_from_run_to_run_is_left_out() -> None:
    more, used = joined(FOUND, [tried("1"), tried("2", kills=(0,), steady=False)], PYTHON)
    assert (used, more.rows, more.killed) == (set(), [], 3)


def claim(text: str, value: str, quote: str = "Empty gives 1.") -> Claim[Scenario]:
    return Claim(Call("f", (text,), scenario(text)), quote, value, "")


def test_what_agrees_turns_an_observation_into_a_contract() -> None:
    case = Case(scenario("[]"), (Seen("value", "1", "int"),), "regression", reason="kept")
    made = held([(claim("[]", "1"), tried())], [case], [], PYTHON)
    assert [(one.label, one.reason) for one in made.cases] == [("contract", "kept")]
    assert made.cases[0].note == "“Empty gives 1.” (read by a model)"
    assert (made.read, made.refused, made.suspicions) == ({scenario("[]")}, 0, [])


def test_what_disagrees_is_a_suspicion_and_no_longer_locked_in() -> None:
    case = Case(scenario("[]"), (Seen("value", "2", "int"),), "regression")
    made = held([(claim("[]", "1"), tried(text="2"))], [case], [], PYTHON)
    assert made.cases == []
    assert [(s.expected, s.observed, s.case.label) for s in made.suspicions] == [("1", "2", "suspected_bug")]
    assert made.suspicions[0].case.seen == (Seen("value", "1", "int"),)


def test_a_sentence_is_held_once() -> None:
    made = held([(claim("[]", "1"), tried()), (claim("()", "1"), tried("()"))], [], [], PYTHON)
    assert (len(made.cases), made.refused) == (1, 1)


def test_examples_and_types_of_the_documentation_go_before_what_a_model_read() -> None:
    contract = Case(scenario("[]"), (Seen("value", "2", "int"),), "contract", "the example in its docstring")
    doubted = Suspicion(Case(scenario("()"), (Seen("value", "3", "int"),), "suspected_bug"), "an example", "3", "1")
    claims = [(claim("[]", "1"), tried(text="2")), (claim("()", "1", "Or 1."), tried("()"))]
    made = held(claims, [contract], [doubted], PYTHON)
    assert made.cases == [contract]
    assert made.suspicions == [doubted]
    assert made.refused == 2


def test_a_call_that_came_to_no_end_says_nothing() -> None:
    assert held([(claim("[]", "1"), tried(steady=False))], [], [], PYTHON).refused == 1
