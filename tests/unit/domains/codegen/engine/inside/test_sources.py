"""A value's source, evaluated, is the value; what has none is said to have none."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import pathlib
import re
import types
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
LIBRARY = {m.__name__: m for m in (collections, dt, decimal, fractions, pathlib, re, types, uuid)}
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
        collections.OrderedDict([("b", 1), ("a", [2])]),
        collections.Counter("abb"),
        collections.defaultdict(list, {"a": [1]}),
        collections.deque([1, "b"]),
        collections.deque([1], 3),
        types.SimpleNamespace(a=1, b=["x"]),
        types.SimpleNamespace(),
        re.compile("a+", re.IGNORECASE | re.MULTILINE),
        dt.time(1, 2, tzinfo=dt.UTC),
        dt.datetime(2024, 2, 29, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=-3))),
        dt.timezone(dt.timedelta(hours=5, minutes=30)),
    ],
)
def test_values_of_the_library_and_of_the_module_come_back(value: object) -> None:
    text = source_of(value, OWN)
    assert text is not None
    assert back(text) == value
    assert type(back(text)) is type(value)


def test_an_end_of_a_queue_stays_where_it_is() -> None:
    assert source_of(collections.deque([1], 3), {}) == "collections.deque([1], 3)"


class Zone(dt.tzinfo):
    """A zone that writes itself as no expression."""

    def utcoffset(self, when: dt.datetime | None, /) -> dt.timedelta:
        return dt.timedelta(hours=1 if when is None else 2)

    def __repr__(self) -> str:
        return "<Zone '+01'>"


def test_a_class_of_the_module_is_its_name() -> None:
    assert source_of(Line, OWN) == "Line"


@pytest.mark.parametrize(
    "value", [object(), lambda: 1, float("nan"), decimal.Decimal("NaN"), "x" * LONGEST, [object()], int,
              dt.time(1, tzinfo=Zone()), dt.datetime(2024, 1, 1, tzinfo=Zone()), re.compile("x" * 300),
              collections.defaultdict(lambda: 1), types.SimpleNamespace(**{"a b": 1}), ["x" * 100] * 7]
)  # fmt: skip
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


def test_all_attributes_are_told_however_many_and_long_ones_to_a_limit() -> None:
    class Words:
        def __init__(self) -> None:
            for n in range(12):
                setattr(self, f"field_{n}", n)
            self.table = dict.fromkeys(range(200), "word")
            self.huge = ["word"] * 1000

    found = dict(attributes(Words(), OWN))
    assert [found[f"field_{n}"] for n in range(12)] == [str(n) for n in range(12)]
    assert back(found["table"]) == dict.fromkeys(range(200), "word")
    assert "huge" not in found


def test_a_field_that_is_not_there_yet_has_no_source() -> None:
    line = Line.__new__(Line)
    assert source_of(line, OWN) is None
