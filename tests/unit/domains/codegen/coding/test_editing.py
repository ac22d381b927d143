"""Text of the model into text of a file."""

from __future__ import annotations

import pytest

from domains.codegen.coding.editing import block, enclosing, inserted, replaced


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("Sure:\n```python\nx = 1\n```\nDone.", "x = 1"),
        ("```\n\nx = 1\n", "x = 1"),
        ("x = 1\n", "x = 1"),
        ("````md\n```\na\n```\n````", "```\na\n```"),
        ("", ""),
    ],
)
def test_code_comes_out_of_its_fence(answer: str, code: str) -> None:
    assert block(answer) == code


@pytest.mark.parametrize(
    ("source", "line", "column", "code", "text"),
    [
        ("a = \n", 1, 5, "a = 1", "1"),
        ("a = \nb = 2\n", 1, 5, "1\nb = 2\n", "1\n"),
        ("f()\n", 1, 3, "x)", "x"),
        ("def f():\n    \n", 2, 5, "    return 1", "return 1"),
        ("", 1, 1, "x = 1", "x = 1"),
        ("a\n", 99, 99, "b", "b"),
    ],
)
def test_what_is_there_already_is_not_put_twice(source: str, line: int, column: int, code: str, text: str) -> None:
    assert inserted(source, line, column, code)[1] == text


def test_a_replacement_takes_the_indentation_of_what_it_replaces() -> None:
    source = "class A:\n    def f(self):\n        return 1\n\n    x = 2\n"
    assert replaced(source, 2, 3, "def f(self):\n    return 3") == source.replace("return 1", "return 3")
    deeper = "            def f(self):\n                return 3"
    assert replaced(source, 2, 3, deeper) == source.replace("return 1", "return 3")


def test_the_last_line_keeps_its_end() -> None:
    assert replaced("a\nb", 2, 2, "c") == "a\nc\n"


def test_the_smallest_span_around_a_line_is_found() -> None:
    assert enclosing([(1, 9), (3, 5)], 4, 20) == (3, 5)
    assert enclosing([], 4, 20) == (1, 20)
