"""Functions as spans of lines."""

from __future__ import annotations

import pytest

from domains.codegen.coding import functions

SOURCE = """import pytest


@pytest.mark.slow
def test_a():
    assert f(1) == 2
    with pytest.raises(ValueError):
        g.h(3)


class Cart:
    def add(self, n): return n

    async def wait(
        self,
    ):
        return 1
"""


@pytest.mark.parametrize(
    ("name", "first"), [("test_a", "@pytest.mark.slow"), ("Cart.add", "    def add"), ("Cart.wait", "    async def")]
)
def test_a_function_is_found_with_its_decorators(name: str, first: str) -> None:
    found = functions.find(SOURCE, name)
    assert found is not None
    assert functions.text(SOURCE, found).startswith(first)


@pytest.mark.parametrize("name", ["add", "Cart", "Nobody.add", ""])
def test_what_is_no_function_of_that_name_is_not(name: str) -> None:
    assert functions.find(SOURCE, name) is None


def test_a_source_that_does_not_parse_has_none() -> None:
    assert functions.find("def f(:", "f") is None
    assert functions.at_line("def f(:", 1) == ""


def test_a_line_is_in_a_function_a_method_or_nowhere() -> None:
    assert [functions.at_line(SOURCE, line) for line in (1, 6, 12, 16)] == ["", "test_a", "Cart.add", "Cart.wait"]


def test_the_function_is_taken_out_of_what_a_model_wrote() -> None:
    wrote = "import os\n\ndef other():\n    pass\n\n@fixture\ndef add(self, n):\n    return n + 1\n"
    assert functions.new_text(wrote, "Cart.add") == "@fixture\ndef add(self, n):\n    return n + 1"
    assert functions.new_text("    def add(self):\n        return 1\n", "add") == "def add(self):\n    return 1"
    assert functions.new_text("def add(", "add") is None
    assert functions.new_text("x = 1", "add") is None


@pytest.mark.parametrize("name", ["test_a", "Cart.add", "Cart.wait"])
def test_a_function_made_to_fail_still_parses_and_raises(name: str) -> None:
    found = functions.find(SOURCE, name)
    assert found is not None
    made = functions.failing(SOURCE, found)
    again = functions.find(made, name)
    assert again is not None
    assert "made to fail" in functions.text(made, again)
    assert made.count("return") < SOURCE.count("return") or "assert" not in made


def test_documentation_that_was_left_out_is_put_back() -> None:
    source = 'def f(a):\n    """Say.\n\n    >>> f(1)\n    1\n    """\n    return a\n'
    old = functions.find(source, "f")
    assert old is not None
    assert functions.documented("def f(a):\n    return a", old) == source.rstrip("\n")
    own = 'def f(a):\n    """Mine."""\n    return a'
    assert functions.documented(own, old) == own
    assert functions.documented("def f(a): return a", old) == "def f(a): return a"


def test_assertions_and_calls_are_counted() -> None:
    found = functions.find(SOURCE, "test_a")
    assert found is not None
    assert functions.assertions(found) == 2
    assert {"f", "h", "raises"} <= functions.called(found)
