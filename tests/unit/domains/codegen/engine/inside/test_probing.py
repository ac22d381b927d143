"""Probes learn from running what a parameter is used for."""

from __future__ import annotations

import functools
import random

import pytest

from domains.codegen.engine.inside.probing import Probes, Shape, probe
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.targets import targets
from tests.unit.domains.codegen.engine.inside.conftest import Load


def shapes(subject: Subject) -> dict[tuple[str, str], Shape]:
    names = Subject.names(subject.module)
    listed = targets(subject.module, names, frozenset())
    return probe(Runner(subject, names), listed, random.Random(1))


@pytest.mark.parametrize(
    ("body", "uses"),
    [
        ("return x(1, 2)", {"call"}),
        ("return [y for y in x]", {"iter"}),
        ("return len(x)", {"len"}),
        ("return x[0]", {"index"}),
        ("return x['a']", {"mapping"}),
        ("return x + 1", {"number"}),
        ("return [1] * x", {"number"}),
        ("return 'a' * x", {"number"}),
        ("return x < 3", {"order"}),
        ("return x + 'a'", {"text"}),
        ("return 'a' in x", {"text"}),
        ("return int(x)", {"number"}),
        ("return ''.join([x])", {"text"}),
        ("import re\n    return re.match('a', x)", {"text"}),
        ("return b''.join([x])", {"bytes"}),
        ("with x as y:\n        return y", {"enter"}),
    ],
)
def test_a_use_is_noted(load: Load, body: str, uses: set[str]) -> None:
    found = shapes(load(f"def f(x):\n    {body}"))
    assert uses <= found["f", "x"].uses


def test_uses_are_followed_into_items_attributes_results_and_other_functions(load: Load) -> None:
    source = (
        "def f(rows, make):\n    return [g(row) for row in rows] + [make(1).total + 1]\n"
        "def g(row):\n    return row.name.strip() + row['key']\n"
    )
    found = shapes(load(source))
    item = found["f", "rows"].item
    assert item is not None
    assert "strip" in item.attributes["name"].attributes
    assert list(item.keys) == ["'key'"]
    made = found["f", "make"]
    assert (made.arity, made.result is not None and "total" in made.result.attributes) == (1, True)


def test_what_it_is_compared_with_is_kept(load: Load) -> None:
    found = shapes(load("def f(mode):\n    return 1 if mode == 'fast' else 2 if mode == 7 else 3"))
    assert {"'fast'", "7"} <= set(found["f", "mode"].equals)


def test_what_a_constructor_keeps_is_learned_from_the_methods(load: Load) -> None:
    source = "class C:\n  def __init__(self, text):\n    self.t = text\n  def up(self):\n    return self.t.title()"
    assert "title" in shapes(load(source))["C", "text"].attributes


def test_a_parameter_that_is_not_used_has_no_shape(load: Load) -> None:
    assert shapes(load("def f(x):\n    return 1")) == {}


def test_a_function_that_never_ends_with_a_probe_is_let_go(load: Load) -> None:
    found = shapes(load("def f(x):\n    while True:\n        x.turn()"))
    assert "turn" in found["f", "x"].attributes


def test_a_probe_that_leads_to_probes_for_ever_is_ended() -> None:
    value = Probes(random.Random(1)).of(Shape())
    with pytest.raises(RecursionError):
        functools.reduce(getattr, ["child"] * 20, value)


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("def f(x):\n    def inner(a):\n        return x(a)\n    return inner", {"call"}),
        ("def f(x):\n    return lambda *rest: [y for y in x]", {"iter"}),
        ("def f(x):\n    def outer(g):\n        return lambda: x + 'a'\n    return outer", {"text"}),
        ("def f(x):\n    yield 1\n    yield x['a']", {"mapping"}),
        ("def f(*x):\n    return x[0](1)", {"call"}),
        ("def f(*x):\n    return x[1] + 'a'", {"text"}),
    ],
)
def test_what_a_function_does_later_or_with_more_values_is_learned_too(source: str, uses: set[str], load: Load) -> None:
    assert uses <= shapes(load(source))["f", "x"].uses
