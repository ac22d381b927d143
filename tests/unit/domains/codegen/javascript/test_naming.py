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
        ("async (x) => x", "the function async (x) => x"),
        ("Array.prototype.shift.bind([1, 2, 3])", "a function that gives 1, 2, 3 in turn"),
        ('() => { throw new Error("refused"); }', "a function that throws"),
        ('async () => { throw new Error("refused"); }', "a function that rejects"),
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
        ({"kind": "object", "text": "Order"}, "gives an Order"),
        ({"kind": "object", "text": "Object"}, "gives an object"),
        ({"kind": "object", "text": "Function"}, "gives a function"),
        ({"kind": "self", "text": "itself"}, "gives itself back"),
        ({"kind": "value", "text": "undefined", "after": ((0, "[1]"),)}, "changes its argument"),
        ({"kind": "value", "text": "undefined", "state": (("items", "[1]"),)}, "changes items"),
        ({"kind": "typed", "text": "string"}, "gives a string"),
        ({"kind": "typed", "text": "array"}, "gives an array"),
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


def made(*steps: tuple[str, str, tuple[str, ...], bool]) -> Scenario:
    listed = [Step(kind=kind, callee=callee, args=args, binds=binds) for kind, callee, args, binds in steps]
    return Scenario(symbol="f", steps=tuple(listed))


@pytest.mark.parametrize(
    ("steps", "title"),
    [
        (
            [("call", "f", ("(x) => x",), True), ("apply", "", ("1",), False)],
            "gives 1 for the function (x) => x, called with 1",
        ),
        ([("call", "f", (), True), ("apply", "", (), False)], "gives 1, called"),
        (
            [("call", "f", ("2",), True), ("apply", "", ("1",), False), ("apply", "", (), False)],
            "gives 1 for 2, called after a call with 1",
        ),
        (
            [("call", "f", ("2",), True), ("apply", "", ("(x) => x",), True), ("apply", "", ("3",), False)],
            "gives 1 for 2, called with the function (x) => x, called with 3",
        ),
        ([("call", "f", (), True), ("method", "next", (), False)], "gives 1 by next"),
        (
            [("call", "f", ("1", "2"), True), ("method", "add", ("3",), False), ("get", "size", (), False)],
            "gives 1 for 1 and 2, by size after add with 3",
        ),
        (
            [
                ("new", "Shop", ("9",), False), ("method", "set", ("5",), False), ("method", "pricer", ("2",), True),
                ("apply", "", ('"a"',), False),
            ],
            'gives 1 for 2, called with "a" after set with 5',
        ),
    ],
)  # fmt: skip
def test_a_title_says_what_was_made_and_how_it_is_called(steps: list[Any], title: str) -> None:
    assert Names().of(made(*steps), Seen(kind="value", text="1")) == title


def test_a_title_that_is_too_long_ends_with_a_word() -> None:
    title = Names().free("f", "gives " + "word " * 40)
    assert len(title) <= 110
    assert title.endswith(" word")
