"""Neighbours of values stay values of their kind."""

from __future__ import annotations

import ast
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.engine.inside.nudging import nudged, related

PLAIN = st.one_of(
    st.integers(), st.text(max_size=8), st.booleans(), st.none(), st.binary(max_size=4),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
)  # fmt: skip
VALUES = st.one_of(
    PLAIN, st.lists(PLAIN, max_size=4), st.dictionaries(st.text(max_size=3), PLAIN, max_size=3),
    st.tuples(PLAIN, PLAIN), st.sets(st.integers(), max_size=3),
)  # fmt: skip


@given(VALUES, st.integers())
def test_a_neighbour_is_of_the_same_kind(value: object, seed: int) -> None:
    text = "set()" if value == set() else repr(value)
    other = nudged(text, random.Random(seed))
    assert type(eval(other)) is type(value)  # noqa: S307 - literals of this test


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, (1, 2), {1, 2}, b"ab", "ab", 3, 1.5, True])
def test_neighbours_differ_and_are_several(value: object) -> None:
    others = {nudged(repr(value), random.Random(seed)) for seed in range(40)}
    assert len(others - {repr(value)}) >= (1 if value is True else 3)


def test_inside_a_call_a_literal_changes_and_the_call_stays() -> None:
    others = {nudged("Cart(1, name='a')", random.Random(seed)) for seed in range(30)}
    assert len(others) > 5
    for other in others:
        call = ast.parse(other, mode="eval").body
        assert isinstance(call, ast.Call)
        assert ast.unparse(call.func) == "Cart"


@pytest.mark.parametrize("text", ["Cart()", "x", "lambda a: a", "not python"])
def test_what_holds_no_literal_has_no_neighbour(text: str) -> None:
    assert nudged(text, random.Random(1)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("'abc'", {"a", "b", "c", "ab", "bc", "abc"}),
        ("[3, 1]", {1, 3}),
        ("{'k': 2}", {"k"}),
        ("(4,)", {4}),
        ("17", {17}),
        ("''", {""}),
        ("[]", {"[]"}),
    ],
)
def test_a_related_value_is_a_part_of_another_or_the_other(text: str, parts: set[object]) -> None:
    drawn = [related(text, random.Random(n)) for n in range(80)]
    assert {ast.literal_eval(one) if text != "[]" else one for one in drawn if one is not None} == parts


def test_of_what_is_no_literal_nothing_is_a_part() -> None:
    assert related("lambda a: a", random.Random(1)) is None


def test_a_number_moves_a_little_to_a_small_one_and_to_another_order_of_magnitude() -> None:
    chance = random.Random(1)
    moved = {int(nudged("4711", chance)) for _ in range(400)}
    assert {4710, 4712, -4711, 9422, 2355, 47110, 0, 1000, 1_000_000} <= moved
    assert len({number for number in moved if 0 < number < 100}) > 20
