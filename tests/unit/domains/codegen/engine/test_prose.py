"""What prose promises, in any language."""

from __future__ import annotations

import pytest

from domains.codegen.engine.prose import EMPTY, bounds, forbidden


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("Returns a share between 0 and 1.", 0.0, 1.0),
        ("@returns {number} never negative", 0.0, None),
        ("The result is at most 100", None, 100.0),
        ("Returns at least 3 and never more than 9.5", 3.0, 9.5),
        ("Takes a number between 0 and 1.", None, None),
        ("", None, None),
    ],
)
def test_bounds_are_those_of_the_result(said: str, low: float | None, high: float | None) -> None:
    found = bounds(said)
    assert (found.low, found.high) == (low, high)


def test_bounds_hold_their_own_ends() -> None:
    kept = bounds("returns between 0 and 1")
    assert [kept.hold(number) for number in (-0.1, 0, 1, 1.1)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("when", "values"),
    [
        ("If n is negative.", ["-1"]),
        ("if n is zero or negative", ["-1", "0"]),
        ("when n is not positive", ["0"]),
        ("if n is less than 5", ["4"]),
        ("if n is greater than 10", ["11"]),
        ("if n is not between 0 and 100", ["-1", "101"]),
        ("if n is outside 1 to 9", ["0", "10"]),
        ("if m is negative", []),
        ("for no reason", []),
    ],
)
def test_a_condition_forbids_numbers(when: str, values: list[str]) -> None:
    assert list(forbidden("n", when, number=True)) == values


def test_a_condition_forbids_what_is_empty() -> None:
    assert list(forbidden("text", "if text is empty", number=False)) == [EMPTY]
    assert list(forbidden("text", "if text is negative", number=False)) == []
