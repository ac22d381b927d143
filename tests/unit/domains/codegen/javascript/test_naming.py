"""Titles that say the scenario."""

from __future__ import annotations

from typing import Any

import pytest

from domains.codegen.javascript.exploring import Scenario, Seen, Step
from domains.codegen.javascript.naming import Names, describe, outcome


def scenario(*args: str, before: tuple[str, ...] = ()) -> Scenario:
    steps = [Step(kind="method", callee=name) for name in before]
    return Scenario(symbol="f", steps=(Step(kind="new", callee="F"), *steps, Step(kind="call", callee="f", args=args)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1", "1"),
        ('""', "empty text"),
        ("[]", "an empty list"),
        ("{}", "an empty object"),
        ('"gold"', '"gold"'),
        ("(x) => x", "the function (x) => x"),
        ("(first, second) => first.localeCompare(second)", "a function"),
        ("[" + "1, " * 20 + "1]", "a list of 63 signs"),
        ('"' + "a" * 50 + '"', "a text of 52 signs"),
    ],
)
def test_an_expression_in_few_words(text: str, words: str) -> None:
    assert describe(text) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "value", "text": "90"}, "gives 90"),
        ({"kind": "throws", "text": "RangeError"}, "throws RangeError"),
        ({"kind": "throws", "text": "Error", "waits": True}, "rejects with Error"),
        ({"kind": "iterator", "text": "[1, 2]"}, "yields [1, 2]"),
        ({"kind": "object", "text": "Cart"}, "gives a Cart"),
        ({"kind": "self", "text": "itself"}, "gives itself back"),
        ({"kind": "value", "text": "undefined", "after": ((0, "[1]"),)}, "changes its argument"),
        ({"kind": "value", "text": "undefined", "state": (("items", "[1]"),)}, "changes items"),
        ({"kind": "typed", "text": "string"}, "gives a string"),
        ({"kind": "quiet", "text": ""}, "throws no ReferenceError"),
    ],
)
def test_an_outcome_in_few_words(fields: dict[str, Any], words: str) -> None:
    assert outcome(Seen(**fields)) == words


def test_a_title_names_what_was_given_and_what_came_before() -> None:
    title = Names().of(scenario("100", '"gold"', before=("add",)), Seen(kind="value", text="90"))
    assert title == 'gives 90 for 100 and "gold" after add'


def test_no_two_tests_of_a_symbol_share_a_title() -> None:
    names = Names()
    titles = [names.of(scenario("1"), Seen(kind="value", text="1")) for _ in range(6)]
    assert titles[:2] == ["gives 1 for 1", "gives 1 for 1 (again)"]
    assert len(set(titles)) == 6


def test_titles_that_tests_have_are_told_apart_within_their_symbol() -> None:
    names = Names(taken=[("f", "gives 1"), ("f", "gives 1 (again)"), ("g", "gives 2")])
    assert names.free("f", "gives 1") == "gives 1 (a third time)"
    assert names.free("f", "gives 2") == "gives 2"
    assert names.free("g", "gives 2") == "gives 2 (again)"
