"""What comments say: types, errors, bounds, examples."""

from __future__ import annotations

import pytest

from domains.codegen.javascript.documentation import Example, read_doc


def examples(*lines: str) -> tuple[Example, ...]:
    return read_doc("/**\n" + "\n".join(f" * {line}" for line in lines) + "\n */", {}).examples


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("f(1, 2); // => 3", "3"),
        ("f(1, 2) // 3", "3"),
        ("f(1, 2) => [1, 'a']", "[1, 'a']"),
        ("f(1, 2) -> null", "null"),
        ("f(1, 2) === true", "true"),
        ("f(1, 2) // returns 'x'", "'x'"),
        (">>> f(1, 2) // -1", "-1"),
        ("f(1, 2); // { a: 1 }", "{ a: 1 }"),
    ],
)
def test_an_example_with_its_value(line: str, value: str) -> None:
    assert examples("@example", line) == (Example("f(1, 2)", value, None),)


def test_a_value_may_stand_on_the_next_line() -> None:
    assert examples(">>> f([1.0], 'a')", "false", "", "text") == (Example("f([1.0], 'a')", "false", None),)
    assert examples("f(1)", "// 2") == (Example("f(1)", "2", None),)


def test_an_example_may_throw() -> None:
    assert examples("f(0) // throws RangeError: too small") == (Example("f(0)", None, "RangeError"),)


@pytest.mark.parametrize(
    "line", ["f(1) is fine", "f(1) // the usual case", "call f(1) first", "x + 1 // 2", "f(1) // other(2)"]
)
def test_prose_is_no_example(line: str) -> None:
    assert examples(line) == ()


def test_brackets_within_texts_do_not_end_a_call() -> None:
    assert examples("f(')', \"(\") // 1") == (Example("f(')', \"(\")", "1", None),)


def test_errors_and_their_conditions_are_read() -> None:
    doc = read_doc("/**\n * @throws {RangeError} If a is negative.\n * @returns {number} between 0 and 1\n */", {})
    assert doc.throws == (("RangeError", "If a is negative."),)
    assert (doc.bounds.low, doc.bounds.high) == (0.0, 1.0)


def test_lines_of_slashes_are_a_comment_too() -> None:
    assert read_doc("// Doubles.\n// f(2) // => 4", {}).examples == (Example("f(2)", "4", None),)


def test_no_comment_says_nothing() -> None:
    doc = read_doc("", {})
    assert (doc.examples, doc.throws, doc.parameters) == ((), (), {})
