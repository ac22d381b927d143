"""Fixtures as calls: what they give, of which types, and where that fits."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from domains.codegen.engine.inside.arranging import Arranged, fitting, kinds, makers, state
from domains.codegen.engine.inside.parameters import Parameter
from domains.codegen.engine.inside.scenarios import Scenario, Step

CONFTEST = """
import pytest


@pytest.fixture
def numbers():
    return [1, 2]


@pytest.fixture
def doubled(numbers):
    yield [n * 2 for n in numbers]
    numbers.clear()


@pytest.fixture
def both(numbers, doubled):
    return numbers, doubled


@pytest.fixture
def broken():
    raise RuntimeError("no")
"""


def arranged(tmp_path: Path, *names: str, source: str = CONFTEST) -> dict[str, Any]:
    file = tmp_path / "conftest.py"
    file.write_text(source, encoding="utf-8")
    return Arranged([str(file)], names).calls()


def test_each_call_gives_a_fresh_value(tmp_path: Path) -> None:
    calls = arranged(tmp_path, "numbers")
    first, second = calls["fixture_numbers"](), calls["fixture_numbers"]()
    assert first == second == [1, 2]
    assert first is not second


def test_one_that_yields_is_not_cleaned_up_while_it_is_used(tmp_path: Path) -> None:
    calls = arranged(tmp_path, "numbers", "doubled", "both")
    numbers, doubled = calls["fixture_both"]()
    assert (numbers, doubled) == ([1, 2], [2, 4])


def test_what_a_fixture_needs_is_made_once_for_it(tmp_path: Path) -> None:
    first = "def one():\n    return []\ndef two(one):\n    one.append(1)\n    return one\n"
    source = f"{first}def three(one, two):\n    return one is two\n"
    assert arranged(tmp_path, "one", "two", "three", source=source)["fixture_three"]() is True


@pytest.mark.parametrize("source", ["import nowhere_at_all", "def broken(:", "raise SystemExit", "1 / 0"])
def test_a_file_that_cannot_be_loaded_gives_none(tmp_path: Path, source: str) -> None:
    assert arranged(tmp_path, "numbers", source=source) == {}


def test_nobody_asked_for_is_nobody_loaded() -> None:
    assert Arranged(["/nowhere/conftest.py"], ()).calls() == {}


def test_types_are_those_of_what_comes_out(tmp_path: Path) -> None:
    calls = arranged(tmp_path, "numbers", "doubled", "both", "broken")

    def run(text: str) -> Any:
        try:
            return calls[text.removesuffix("()")]()
        except RuntimeError:
            return None

    assert kinds({**calls, "other": 1}, run) == {
        "fixture_numbers": list, "fixture_doubled": list, "fixture_both": tuple,
    }  # fmt: skip


class Cart:
    """A class of the module."""


@pytest.mark.parametrize(
    ("name", "hint", "expected"),
    [
        ("numbers", inspect.Parameter.empty, ["fixture_numbers()"]),
        ("numbers", list[int], ["fixture_numbers()"]),
        ("numbers", int, []),
        ("numbers", list[int] | None, ["fixture_numbers()"]),
        ("items", list[int], []),
        ("items", inspect.Parameter.empty, []),
        ("basket", Cart, ["fixture_cart()"]),
        ("cart", Cart, ["fixture_cart()"]),
    ],
)
def test_a_parameter_takes_what_has_its_name_or_its_class(name: str, hint: Any, expected: list[str]) -> None:
    known = {"fixture_numbers": list, "fixture_cart": Cart}
    assert fitting(Parameter(name, hint, needed=True), known) == expected


def test_an_object_of_the_modules_own_class_may_be_the_one_under_test() -> None:
    known = {"fixture_numbers": list, "fixture_full": Cart, "fixture_cart": Cart}
    steps = makers(known, {"Cart": Cart, "list": 1})
    assert steps == {"Cart": [Step("fixture_cart", binds=True), Step("fixture_full", binds=True)]} or steps == {
        "Cart": [Step("fixture_full", binds=True), Step("fixture_cart", binds=True)]
    }


def test_a_fixture_reads_shorter_than_the_call_that_it_stands_for() -> None:
    written = Scenario("f", (Step("f", (("", "Cart('a')"),)),))
    taken = Scenario("f", (Step("f", (("", "fixture_cart()"),)),))
    assert taken.size() < written.size()


SHARED = """
import pytest


@pytest.fixture(scope="session")
def numbers():
    return [1, 2]


@pytest.fixture
def twice(numbers):
    return [numbers, numbers]


@pytest.fixture(params=[3, pytest.param(4, id="four")])
def one(request, numbers):
    return request.param
"""


def shared(tmp_path: Path) -> Arranged:
    file = tmp_path / "conftest.py"
    file.write_text(SHARED)
    return Arranged([str(file)], ["numbers", "twice", "one"])


def test_what_tests_share_is_watched_also_behind_another_fixture(tmp_path: Path) -> None:
    arranged = shared(tmp_path)
    calls = arranged.calls()
    made = calls["fixture_twice"]()
    assert not arranged.disturbed()
    made.append(5)  # its own
    assert not arranged.disturbed()
    made[0].append(5)  # everybody's
    assert arranged.disturbed()
    arranged.begin()
    assert not arranged.disturbed()
    assert calls["fixture_numbers"]() == [1, 2]


def test_a_fixture_is_made_with_each_of_its_parameters(tmp_path: Path) -> None:
    arranged = shared(tmp_path)
    one = arranged.calls()["fixture_one"]
    assert arranged.turns == 2
    values = []
    for turn in range(3):
        arranged.turn = turn
        values.append(one())
    assert values == [3, 4, 3]


class Slotted:
    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = {"a": {1}}


def test_the_state_of_an_object_is_all_that_it_holds() -> None:
    one = Slotted()
    before = state(one)
    assert state(one) == before
    one.held["a"].add(2)
    assert state(one) != before
    assert state(1) != state(1.0)
    assert state([1]) != state((1,))
    looped: list[Any] = []
    looped.append(looped)
    assert state(looped) == state(looped)
