"""Special methods as a person calls them, and only where that is the same call."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.engine.inside.scenarios import Seen
from domains.codegen.engine.operators import operated

TRUE = Seen("value", "True", "bool")


@pytest.mark.parametrize(
    ("call", "seen", "written"),
    [
        ("cart.__len__()", Seen("value", "2", "int"), "len(cart)"),
        ("cart.__str__()", Seen("value", "'a'", "str"), "str(cart)"),
        ("cart.__repr__()", Seen("value", "'a'", "str"), "repr(cart)"),
        ("cart.__bool__()", TRUE, "bool(cart)"),
        ("cart.__iter__()", Seen("iterator", "[1]", "list"), "cart"),
        ("cart.__iter__()", Seen("raises", "ValueError"), "iter(cart)"),
        ("cart.__len__()", Seen("raises", "ValueError"), "len(cart)"),
        ("cart.__getitem__(-1)", Seen("value", "3", "int"), "cart[-1]"),
        ("cart.__getitem__('a')", Seen("raises", "KeyError"), "cart['a']"),
        ("cart.__contains__('a')", TRUE, "('a' in cart)"),
        ("cart.__contains__(-1)", TRUE, "((-1) in cart)"),
        ("cart.__call__(1, 2)", Seen("value", "3", "int"), "cart(1, 2)"),
        ("cart.__eq__(None)", Seen("value", "False", "bool"), "(cart == None)"),
        ("cart.__lt__(Cart(1))", TRUE, "(cart < Cart(1))"),
        ("cart.__add__(lambda a: a)", Seen("object", "Cart", "Cart"), "cart + (lambda a: a)"),
        ("cart.__mul__(2)", Seen("value", "4", "int"), "cart * 2"),
    ],
)
def test_a_special_method_is_called_as_python_is_written(call: str, seen: Seen, written: str) -> None:
    assert operated(call, seen) == written


@pytest.mark.parametrize(
    ("call", "seen"),
    [
        ("cart.__len__()", TRUE),  # len() would make 1 of it
        ("cart.__str__()", Seen("value", "3", "int")),  # str() would refuse it
        ("cart.__eq__(1)", Seen("value", "NotImplemented", "NotImplementedType")),
        ("cart.__add__(1)", Seen("object", "NotImplementedType", "NotImplemented")),
        ("cart.__setitem__(1, 2)", Seen("value", "None", "NoneType")),
        ("cart.__contains__(item=1)", TRUE),
        ("cart.add(1)", Seen("value", "1", "int")),
        ("add(1)", Seen("value", "1", "int")),
        ("cart.size", Seen("value", "1", "int")),
    ],
)
def test_what_only_the_method_itself_gives_stays_a_call_of_it(call: str, seen: Seen) -> None:
    assert operated(call, seen) == call


class Bag:
    """Has every operator that is written another way."""

    def __init__(self, *items: int) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item: object) -> bool:
        return item in self.items

    def __getitem__(self, place: int) -> int:
        return self.items[place]

    def __call__(self, number: int) -> int:
        return number * 2

    def __lt__(self, other: int) -> bool:
        return len(self.items) < other

    def __add__(self, other: int) -> int:
        return sum(self.items) + other


@given(
    st.sampled_from(["__contains__", "__getitem__", "__call__", "__lt__", "__add__"]),
    st.integers(-3, 3) | st.booleans(),
    st.lists(st.integers(-3, 3), max_size=3),
)
def test_both_ways_to_write_it_come_to_the_same(method: str, argument: int, items: list[int]) -> None:
    names = {"bag": Bag(*items)}
    call = f"bag.{method}({argument!r})"
    try:
        expected = eval(call, names)  # noqa: S307 - our own words
    except IndexError:
        written = operated(call, Seen("raises", "IndexError"))
        with pytest.raises(IndexError):
            eval(written, names)  # noqa: S307
        return
    written = operated(call, Seen("value", repr(expected), type(expected).__name__))
    assert written != call
    assert eval(f"{written} == {expected!r}", names) is True  # noqa: S307 - as an assertion has it
    ast.parse(f"assert {written} is {expected!r}")
