"""A value's source, evaluated, is the value; what has none is said to have none."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import pathlib
import uuid
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.engine.inside.sources import LONGEST, attributes, source_of


class Colour(enum.Enum):
    RED = 1


@dataclass
class Line:
    sku: str
    count: int


Point = namedtuple("Point", "x y")
OWN: dict[str, Any] = {"Colour": Colour, "Line": Line, "Point": Point}
LIBRARY = {m.__name__: m for m in (dt, decimal, fractions, pathlib, uuid)}
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9) | st.binary(max_size=9)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def back(text: str) -> object:
    return eval(text, {**LIBRARY, **OWN})  # noqa: S307 - our own sources


@given(VALUES)
def test_every_plain_value_comes_back(value: object) -> None:
    text = source_of(value, OWN)
    assert text is None or back(text) == value


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        set(),
        frozenset({3}),
        frozenset(),
        (1,),
        (),
        range(3),
        1 + 2j,
        float("inf"),
        decimal.Decimal("1.50"),
        fractions.Fraction(1, 3),
        dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, 1, 2, tzinfo=dt.UTC),
        dt.timedelta(days=1, seconds=2),
        pathlib.Path("a/b"),
        uuid.UUID(int=7),
        Colour.RED,
        Line("a", 2),
        Point(1, [2]),
        bytearray(b"x"),
    ],
)
def test_values_of_the_library_and_of_the_module_come_back(value: object) -> None:
    text = source_of(value, OWN)
    assert text is not None
    assert back(text) == value


def test_a_class_of_the_module_is_its_name() -> None:
    assert source_of(Line, OWN) == "Line"


@pytest.mark.parametrize(
    "value", [object(), lambda: 1, float("nan"), decimal.Decimal("NaN"), "x" * LONGEST, [object()], int]
)
def test_what_has_no_source_is_said_to_have_none(value: object) -> None:
    assert source_of(value, OWN) is None


@pytest.mark.parametrize("wrap", [lambda n: n, lambda n: [n], lambda n: fractions.Fraction(1, n), range])
def test_a_number_of_more_digits_than_python_writes_has_no_source(wrap: Callable[[int], object]) -> None:
    assert source_of(wrap(10**5000), {}) is None


def test_a_value_within_itself_has_no_source() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert source_of(loop, OWN) is None


def test_a_class_of_another_module_has_no_source() -> None:
    assert source_of(Line("a", 1), {}) is None


def test_attributes_are_the_public_ones_that_can_be_written() -> None:
    class Cart:
        def __init__(self) -> None:
            self.limit = 3
            self.lines: list[int] = []
            self._hidden = 1
            self.handle = object()

    assert attributes(Cart(), OWN) == (("limit", "3"), ("lines", "[]"))
    assert attributes(Cart, OWN) == ()
    assert attributes(3, OWN) == ()
