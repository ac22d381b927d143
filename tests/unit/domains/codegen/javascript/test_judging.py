"""Where expectations come from, and what contradicts them."""

from __future__ import annotations

from typing import Any

import pytest

from domains.codegen.javascript import structure
from domains.codegen.javascript.exploring import Explored, Scenario, Step, checks_of
from domains.codegen.javascript.judging import Case, Suspicion, judge, same
from domains.codegen.javascript.parsing import parse

PRICE = """
/**
 * @param {number} n
 * @returns {number} between 0 and 100
 * @throws {RangeError} If n is negative.
 * @example
 * f(2) // => 4
 */
export function f(n) {}
"""


def judged(
    source: str, *, rows: list[Any] | None = None, checks: list[Any] | None = None
) -> tuple[list[Case], list[Suspicion]]:
    found = structure.read(parse(source.encode(), "javascript").root_node, "shop")
    listed = [{"scenario": scenario(*args), "seen": seen} for args, seen in rows or []]
    explored = Explored.model_validate({"symbols": ("f",), "rows": listed, "observed": listed, "checks": checks or []})
    return judge(explored, found, checks_of(found))


def scenario(*args: str) -> Scenario:
    return Scenario(symbol="f", steps=(Step(kind="call", callee="f", args=args),))


def value(text: str, kind: str = "number") -> dict[str, Any]:
    return {"kind": "value", "text": text, "type": kind}


def test_checks_are_read_from_examples_and_conditions() -> None:
    found = structure.read(parse(PRICE.encode(), "javascript").root_node, "shop")
    checks = checks_of(found)
    assert [(check.scenario.steps[0].args, check.value, check.raises) for check in checks] == [
        (("2",), "4", None),
        (("-1",), None, "RangeError"),
    ]


def test_an_example_that_holds_is_a_contract() -> None:
    cases, suspicions = judged(PRICE, checks=[{"id": 0, "seen": value("4"), "expected": "4"}])
    assert [case.label for case in cases] == ["contract"]
    assert suspicions == []


def test_an_example_that_does_not_hold_is_suspected() -> None:
    cases, (found,) = judged(PRICE, checks=[{"id": 0, "seen": value("5"), "expected": "4"}])
    assert cases == []
    assert (found.expected, found.observed, found.case.seen.text) == ("4", "5", "4")


def test_an_example_that_throws_is_suspected() -> None:
    seen = {"kind": "throws", "text": "Error", "message": "no"}
    _, (found,) = judged(PRICE, checks=[{"id": 0, "seen": seen, "expected": "4"}])
    assert found.observed == "throws Error: no"


def test_a_condition_that_is_not_kept_is_suspected() -> None:
    _, (found,) = judged(PRICE, checks=[{"id": 1, "seen": value("0"), "expected": None}])
    assert (found.contract, found.expected) == ("throws RangeError: If n is negative.", "throws RangeError")


def test_an_example_that_names_something_unknown_says_nothing() -> None:
    seen = {"kind": "throws", "text": "ReferenceError"}
    assert judged(PRICE, checks=[{"id": 0, "seen": seen, "expected": "4"}]) == ([], [])


def test_what_was_seen_is_a_regression() -> None:
    cases, _ = judged(PRICE, rows=[(("3",), value("6"))])
    assert [case.label for case in cases] == ["regression"]


def test_a_documented_error_is_a_contract() -> None:
    cases, _ = judged(PRICE, rows=[(("-3",), {"kind": "throws", "text": "RangeError", "own": True, "message": "no"})])
    assert [case.label for case in cases] == ["contract"]


@pytest.mark.parametrize(
    ("seen", "contract"),
    [
        (value("undefined", "undefined"), "its declared type"),
        (value('"3"', "string"), "its declared type"),
        (value("101"), "between 0 and 100"),
        (value("-0.5"), "between 0 and 100"),
        ({"kind": "throws", "text": "ReferenceError"}, "never meant"),
    ],
)
def test_a_result_that_breaks_its_word_is_suspected_and_not_asserted(seen: dict[str, Any], contract: str) -> None:
    cases, (found,) = judged(PRICE, rows=[(("3",), seen)])
    assert contract in found.contract
    assert found.case.label == "suspected_bug"
    assert cases == []


@pytest.mark.parametrize("seen", [value("100"), value("0"), value("NaN"), value("50.5")])
def test_a_result_that_keeps_its_word_is_not_suspected(seen: dict[str, Any]) -> None:
    assert judged(PRICE, rows=[(("3",), seen)])[1] == []


def test_one_suspicion_a_reason_is_enough() -> None:
    rows = [((str(n),), value("undefined", "undefined")) for n in range(5)]
    assert len(judged(PRICE, rows=rows)[1]) == 1


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("4", "4", True),
        ("0.30000000000000004", "0.3", True),
        ("4", "5", False),
        ('"a"', '"a"', True),
        ('"a"', "1", False),
    ],
)
def test_values_are_the_same_by_source_and_numbers_nearly(one: str, other: str, equal: bool) -> None:
    assert same(one, other) is equal


def through(seen: dict[str, Any], source: str) -> tuple[list[Case], list[Suspicion]]:
    """Judge what came of a call of what `f` gave."""
    steps = (Step(kind="call", callee="f", args=("1",), binds=True), Step(kind="apply", callee="", args=("2",)))
    row = {"scenario": Scenario(symbol="f", steps=steps), "seen": seen}
    explored = Explored.model_validate({"symbols": ("f",), "rows": [row], "observed": [row]})
    return judge(explored, structure.read(parse(source.encode(), "javascript").root_node, "shop"), ())


@pytest.mark.parametrize(
    "seen",
    [value('"a"', "string"), value("200"), {"kind": "throws", "text": "RangeError"}],
    ids=["another type", "out of bounds", "a documented error"],
)
def test_what_a_function_says_of_itself_is_not_said_of_what_it_gives(seen: dict[str, Any]) -> None:
    cases, suspicions = through(seen, PRICE)
    assert ([case.label for case in cases], suspicions) == (["regression"], [])


def test_a_name_that_is_not_defined_is_suspected_there_too() -> None:
    _, (found,) = through({"kind": "throws", "text": "ReferenceError"}, PRICE)
    assert found.expected == "no ReferenceError"


@pytest.mark.parametrize(("binding", "made"), [((), 0), ((0,), 1), ((0, 1), 2), ((1,), 2)])
def test_how_many_steps_make_what_is_called(binding: tuple[int, ...], made: int) -> None:
    steps = tuple(Step(kind="apply", callee="", binds=n in binding) for n in range(3))
    assert Scenario(symbol="f", steps=steps).made == made


THROWING = """
/**
 * @throws {RangeError} If the list is too long.
 * @example
 * f('a b', [1,2], { deep: true }) // throws RangeError
 */
export function f(name, list, options) {}
"""


@pytest.mark.parametrize(
    ("args", "count"),
    [
        (('"a b"', "[1, 2]", "{deep: true}"), 1),
        (('"a b"', "[1, 2,]", "{ deep: true }"), 1),
        (('"ab"', "[1, 2]", "{deep: true}"), 2),
    ],
)
def test_a_call_that_is_documented_is_not_tested_again(args: tuple[str, ...], count: int) -> None:
    seen = {"kind": "throws", "text": "RangeError", "own": True, "message": "too long"}
    cases, suspicions = judged(THROWING, rows=[(args, seen)], checks=[{"id": 0, "seen": seen}])
    assert len(cases) == count
    assert {case.label for case in cases} == {"contract"}
    assert suspicions == []


def test_a_call_that_is_suspected_is_not_asserted_in_another_spelling() -> None:
    source = PRICE.replace("f(2)", "f('2')")
    cases, (found,) = judged(
        source, rows=[(('"2"',), value("5"))], checks=[{"id": 0, "seen": value("5"), "expected": "4"}]
    )
    assert cases == []
    assert found.expected == "4"
