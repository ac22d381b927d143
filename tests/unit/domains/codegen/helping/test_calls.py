"""Calls are read as data: names of the module and literals, nothing else."""

from __future__ import annotations

import pytest

from domains.codegen.engine.inside.scenarios import Scenario, Step
from domains.codegen.helping.calls import Callables, literal, read

KNOWN = Callables.of(
    [
        {"symbol": "total", "callee": "total"},
        {"symbol": "Cart", "callee": "Cart"},
        {"symbol": "Cart.add", "callee": "subject.add"},
        {"symbol": "Cart.of", "callee": "Cart.of"},
        {"symbol": "Plain", "callee": "Plain"},
    ]
)


def test_a_function_is_called_with_its_values_as_they_are_written_here() -> None:
    assert read(" total([1,2],  currency = 'EUR') ", KNOWN) == Scenario(
        "total", (Step("total", (("", "[1, 2]"), ("currency", "'EUR'"))),)
    )


def test_a_method_needs_an_object_first() -> None:
    assert read("Cart(2).add(-3)", KNOWN) == Scenario(
        "Cart.add", (Step("Cart", (("", "2"),), binds=True), Step("subject.add", (("", "-3"),)))
    )


@pytest.mark.parametrize(
    "text", ["Cart(1)", "Cart.of({'a': (1, None)})", "total({1, 2})", "total(set())", "total(Cart(1))",
             "total(float('nan'))", "total(b'x', -1.5, True, 1j)", "total();"],
)  # fmt: skip
def test_what_is_plain_is_read(text: str) -> None:
    assert read(text, KNOWN) is not None


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')", "total(open('/etc/passwd').read())", "total(lambda: 1)", "total(x)",
        "total(*[1])", "total(**{'a': 1})", "total(1 if True else 2)", "total([n for n in range(9)])",
        "total(2 ** 999)", "total(f'{1}')",
        "total(99999999999999999)", "unknown(1)", "Cart(2).drop(1)", "Cart(2).add(1).add(2)", "total.__globals__",
        "total(1) or 2", "total(", "", "import os", "total('" + "a" * 400 + "')", "total(...)", "Plain(1).add(1)",
        "(total)(print(1))", "total(eval('1'))", "total(float(1))", "total(dict(a=1))", "subject.add(1)",
    ],
)  # fmt: skip
def test_what_would_run_anything_else_is_not(text: str) -> None:
    assert read(text, KNOWN) is None


@pytest.mark.parametrize(("text", "kept"), [("[1,2]", "[1, 2]"), ("-1", "-1"), ("total(1)", None), ("os", None)])
def test_a_literal_is_no_call(text: str, kept: str | None) -> None:
    assert literal(text) == kept
