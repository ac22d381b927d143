"""What a function gives is called, and what that gives in turn."""

from __future__ import annotations

import ast
import random

import pytest

from domains.codegen.engine.inside.calling import Calling
from domains.codegen.engine.inside.guessing import Guesses
from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import SUBJECT, Scenario, Seen, Step
from tests.unit.domains.codegen.engine.inside.conftest import Load
from tests.unit.domains.codegen.engine.inside.test_search import outcomes, searched

FUNCTION = Seen("object", "function", "function")
SOURCE = """
def adder(n):
    def add(m):
        return n + m
    return add

def keyed(n):
    return lambda a, *, key: (a, key)

def either(n):
    return lambda a, b=1: a + b

def many(n):
    return lambda *values: len(values)

def decorator(times):
    def decorate(func):
        def wrapper(value):
            return [func(value)] * times
        return wrapper
    return decorate
"""


def calling(subject: Subject) -> Calling:
    names, chance = Subject.names(subject.module), random.Random(3)
    pools = Pools(harvest(ast.parse(SOURCE), chance), names, chance)
    return Calling(Runner(subject, names), Guesses(pools, chance), chance)


def made(callee: str, *values: str) -> Scenario:
    return Scenario(callee, (Step(callee, tuple(("", value) for value in values)),))


def last_calls(subject: Subject, callee: str, count: int = 30) -> list[Step]:
    calls = calling(subject)
    calls.hear(made(callee, "1"), FUNCTION)
    drawn = [scenario for _ in range(count) if (scenario := calls.draw()) is not None]
    assert all(scenario.steps[0].binds for scenario in drawn)
    return [step for scenario in drawn for step in scenario.steps if not step.binds]


def test_nothing_is_drawn_before_something_was_given(load: Load) -> None:
    calls = calling(load(SOURCE))
    assert (calls.draw(), calls.eager) == (None, False)
    calls.hear(made("adder", "1"), Seen("value", "3", "int"))
    calls.hear(made("adder", "1"), Seen("object", "Cart", "Cart"))
    assert (calls.draw(), calls.eager) == (None, False)


@pytest.mark.parametrize(
    ("callee", "counts"), [("adder", {1}), ("either", {1, 2}), ("many", {0, 1, 2}), ("keyed", {2})]
)
def test_it_is_called_with_as_many_values_as_it_takes(load: Load, callee: str, counts: set[int]) -> None:
    calls = last_calls(load(SOURCE), callee)
    assert {len(step.arguments) for step in calls} == counts
    assert {step.callee for step in calls} == {SUBJECT}


def test_what_has_to_be_named_is_named(load: Load) -> None:
    assert all([name for name, _ in step.arguments] == ["", "key"] for step in last_calls(load(SOURCE), "keyed"))


def test_a_decorator_is_given_functions(load: Load) -> None:
    given = {step.arguments[0][1] for step in last_calls(load(SOURCE), "decorator")}
    assert given <= {"lambda a: a", "lambda a: True", "lambda a: None", "str", "bool", "len"}


def test_what_is_new_is_called_first_and_only_some_calls_are_made_twice(load: Load) -> None:
    calls = calling(load(SOURCE))
    calls.hear(made("adder", "1"), FUNCTION)
    calls.hear(made("adder", "1"), FUNCTION)  # known
    first = [scenario for _ in range(10) if (scenario := calls.draw()) is not None]
    assert not calls.eager
    calls.hear(made("many", "2"), FUNCTION)
    then = [calls.draw() for _ in range(10)]
    assert {scenario.symbol for scenario in then if scenario is not None} == {"many"}
    assert {len(scenario.steps) for scenario in first} == {2, 3}


def test_the_search_reaches_what_lies_behind_two_calls(load: Load) -> None:
    search, _, _ = searched(load(SOURCE), 4.0)
    behind = [row for row in search.rows if row.scenario.symbol == "decorator" and len(row.scenario.steps) > 2]
    assert {row.seen[-1].type for row in behind} >= {"list"}


def test_what_remembers_is_called_again(load: Load) -> None:
    source = """
def counter(start):
    seen = []
    def count(value):
        seen.append(value)
        return "again" if seen.count(value) > 1 else start
    return count
"""
    search, _, _ = searched(load(source))
    assert "'again'" in outcomes(search)
