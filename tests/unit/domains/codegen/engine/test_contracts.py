"""What is read out of docstrings and annotations."""

from __future__ import annotations

import ast

import pytest

from domains.codegen.engine.contracts import Check, Contracts, Promise, raised, read


def contracts(source: str) -> Contracts:
    return read(ast.parse(source))


def checks(docstring: str, signature: str = "def f(n: int) -> int:") -> list[Check]:
    return list(contracts(f'{signature}\n    """Do it.\n\n    {docstring}\n    """\n').checks)


def promise(docstring: str, signature: str = "def f(n: int) -> int:") -> Promise:
    return contracts(f'{signature}\n    """{docstring}"""\n').promises["f"]


def test_an_example_is_a_check_on_its_value() -> None:
    (check,) = checks(">>> f(2)\n    4")
    assert (check.source, check.value, check.raises) == ("f(2)", "4", None)


def test_an_example_that_raises_is_a_check_on_the_exception() -> None:
    (check,) = checks(">>> f(-1)\n    Traceback (most recent call last):\n        ...\n    ValueError: no")
    assert (check.source, check.value, check.raises) == ("f(-1)", None, "ValueError")


@pytest.mark.parametrize(
    "example", [">>> f(2)\n    <Thing at 0x7f>", ">>> x = 2", ">>> f(2)", ">>> f(2)\n    [1, ...]"]
)
def test_what_cannot_be_compared_is_no_check(example: str) -> None:
    assert checks(example) == []


def test_examples_of_the_module_count_too() -> None:
    (check,) = contracts('"""Says.\n\n>>> f(1)\n1\n"""').checks
    assert check.symbol == ""


def test_checks_are_numbered_through() -> None:
    source = '"""\n>>> f(1)\n1\n"""\ndef f(n):\n    """\n    >>> f(2)\n    2\n    >>> f(3)\n    3\n    """\n'
    assert [check.id for check in contracts(source).checks] == [0, 1, 2]


@pytest.mark.parametrize(
    ("docstring", "found"),
    [
        (":raises ValueError: if n is negative", [("ValueError", "if n is negative")]),
        (":raise KeyError: when it is missing", [("KeyError", "when it is missing")]),
        ("Raises:\n    TypeError: if it is no text", [("TypeError", "if it is no text")]),
        (":raises shop.errors.Refused: always", [("Refused", "always")]),
        ("Nothing here.", []),
    ],
)
def test_announced_exceptions_are_read(docstring: str, found: list[tuple[str, str]]) -> None:
    assert raised(docstring) == found


@pytest.mark.parametrize(
    ("condition", "calls"),
    [
        ("n is negative", ["f(-1)"]),
        ("n is zero or negative", ["f(-1)", "f(0)"]),
        ("n is negative or zero", ["f(-1)", "f(0)"]),
        ("n is less than 3", ["f(2)"]),
        ("n is greater than 100", ["f(101)"]),
        ("n is not between 0 and 9", ["f(-1)", "f(10)"]),
        ("the moon is full", []),
        ("m is negative", []),
    ],
)
def test_a_condition_in_prose_becomes_a_call_that_breaks_it(condition: str, calls: list[str]) -> None:
    found = checks(f":raises ValueError: if {condition}")
    assert sorted(check.source for check in found) == sorted(calls)
    assert all(check.raises == "ValueError" for check in found)


def test_other_arguments_get_plain_values() -> None:
    (check,) = checks(":raises ValueError: if name is empty", "def f(name: str, n: int) -> int:")
    assert check.source == "f('', 10)"


def test_an_argument_without_a_type_is_not_guessed() -> None:
    assert checks(":raises ValueError: if n is negative", "def f(n, other) -> int:") == []


@pytest.mark.parametrize(
    ("annotation", "names"),
    [
        ("int", {"int", "bool"}),
        ("float", {"float", "int", "bool"}),
        ("str | None", {"str", "NoneType"}),
        ("Optional[str]", {"str", "NoneType"}),
        ("list[int]", {"list"}),
        ("'str'", {"str"}),
        ("Thing", set()),
        ("Thing | None", set()),
        ("T", set()),
    ],
)
def test_an_annotation_promises_types_where_it_names_built_in_ones(annotation: str, names: set[str]) -> None:
    assert promise("Do.", f"def f(n: int) -> {annotation}:").returns == names


def test_a_generator_promises_no_type_of_result() -> None:
    assert contracts("def f() -> list:\n    yield 1").promises["f"].returns == frozenset()


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Return a value between 0 and 100.", 0.0, 100.0),
        ("Returns the price, never negative.", 0.0, None),
        ("Return a non-negative number.", 0.0, None),
        ("Return at most 5.", None, 5.0),
        ("Return at least 2.", 2.0, None),
        ("Return the sum.", None, None),
        ("The argument is between 0 and 9.", None, None),
    ],
)
def test_bounds_of_a_result_are_read(text: str, low: float | None, high: float | None) -> None:
    found = promise(text)
    assert (found.low, found.high) == (low, high)


def test_methods_are_promised_under_their_class() -> None:
    found = contracts("class A:\n    def f(self, n: int) -> int:\n        return n").promises
    assert found["A.f"].typed is True
    assert contracts("def f(n):\n    return n").promises["f"].typed is False
