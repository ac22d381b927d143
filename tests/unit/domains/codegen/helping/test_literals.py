"""Literals of two languages come as values of Python, and nothing else is one."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domains.codegen.helping import java, javascript
from domains.codegen.helping.java import Java
from domains.codegen.helping.javascript import JavaScript
from domains.codegen.helping.language import UNDEFINED, UNKNOWN
from tests.unit.domains.codegen.helping.conftest import java_of, javascript_of

JS, JAVA = javascript_of("exports.f = (a) => a;"), java_of("class A {}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2.5", -2.5), ("true", True), ("null", None), ("undefined", UNDEFINED), ("'it\\'s \"x\"'", "it's \"x\""),
        ('[1, [2, ""]]', [1, [2, ""]]), ('{ a: 1, "b c": [null] }', {"a": 1, "b c": [None]}), ("1e3", 1000.0),
        ("-Infinity", float("-inf")), ("[ /* none */ ]", []),
    ],
)  # fmt: skip
def test_values_of_javascript(text: str, value: object) -> None:
    assert JS.value(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5L", 5), ("-2.5f", -2.5), ("'c'", "c"), ('"a\\n"', "a\n"), ("null", None), ("List.of(1, 2)", [1, 2]),
        ("new int[] {1, -2}", [1, -2]), ("new int[][] {{1}, {}}", [[1], []]), ("(short) 3", 3),
        ('new HashMap<>(Map.of("a", 1))', {"a": 1}), ("new ArrayList<>(Arrays.asList(1))", [1]),
        ("new LinkedList<>()", []), ("1.0E-5", 1e-5),
    ],
)  # fmt: skip
def test_values_of_java(text: str, value: object) -> None:
    assert JAVA.value(text) == value


@pytest.mark.parametrize(
    "text",
    ["f(1)", "x", "() => 1", "`a${1}`", "[...x]", "{ a }", "{ [x]: 1 }", "1 + 1", "new Function('x')", "0x1F", "10n",
     "99999999999999", "/a/", "", "1; 2", "eval('1')", "function () {}", "a = 1", "[" * 30 + "]" * 30, "010"],
)  # fmt: skip
def test_what_is_no_literal_of_javascript_is_unknown(text: str) -> None:
    assert JS.value(text) is UNKNOWN
    assert JS.literal(text) is None


@pytest.mark.parametrize(
    "text",
    ["f(1)", "x", "() -> 1", "1 + 1", "System.exit(1)", "new int[3]", "List.of(f(1))", "Map.of(1)", "1; int y = 2",
     "", "010", "Map.of(List.of(1), 2)", 'new java.io.File("x")', "A.class", "1, y = 2", "99999999999999L", "this"],
)  # fmt: skip
def test_what_is_no_literal_of_java_is_unknown(text: str) -> None:
    assert JAVA.value(text) is UNKNOWN
    assert JAVA.literal(text) is None


PLAIN = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab'\"\\\né零\u2028", max_size=5)
NESTED = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab -'", max_size=3), inner, max_size=2)
)


@settings(max_examples=60, deadline=None)
@given(NESTED)
def test_any_value_is_written_and_read_again(value: object) -> None:
    for language, written in ((JS, javascript.written), (JAVA, java.written)):
        text = written(value)
        again = language.value(text)
        if len(text) > 3000 or again is UNKNOWN:  # nested deeper than a person would write
            assert str(value).count("[") + str(value).count("{") > 3
        else:
            assert again == value


@settings(max_examples=80, deadline=None)
@given(st.text("f(){}[]1a.,'\"=;:>-new \\/*", max_size=30))
def test_no_text_crashes_a_reader(text: str) -> None:
    for language in (JS, JAVA):
        assert isinstance(language, JavaScript | Java)
        language.value(text)
        language.read(text)


def test_a_text_is_written_so_that_it_cannot_end_early() -> None:
    text = javascript.written('a\u2028"b\\')
    assert json.loads(text) == ast.literal_eval(text) == 'a\u2028"b\\'
    assert text.isascii()
