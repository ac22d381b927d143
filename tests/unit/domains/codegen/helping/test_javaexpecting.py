"""What a sentence expects is written in the method's type, or not at all: a test that does not compile helps nobody."""

from __future__ import annotations

import pytest

from domains.codegen.helping.javaexpecting import expected_error, expected_value
from domains.codegen.java.reading import read


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (5, "int", "5"), (5.0, "int", "5"), (5, "long", "5L"), (5, "double", "5.0"), (2.5, "float", "2.5f"),
        (True, "boolean", "true"), ("a", "char", "'a'"), ("'", "char", "'\\''"), ('"', "char", "'\"'"),
        ("a", "String", '"a"'), (None, "String", "null"), ([1, 2], "int[]", "new int[] {1, 2}"),
        (["a"], "List<String>", 'List.of("a")'), ([], "List<Integer>", "List.of()"), ([1], "long[]", "new long[] {1L}"),
    ],
)  # fmt: skip
def test_a_value_in_its_type(value: object, kind: str, text: str) -> None:
    assert expected_value(value, kind) == text


@pytest.mark.parametrize(
    ("value", "kind"),
    [(2.5, "int"), (True, "int"), (1, "boolean"), ("ab", "char"), (5, "String"), (None, "int"), ([1], "List<String>"),
     (5, ""), ([None], "List<String>"), ({}, "Map<String, Integer>"), (5, "Object"), ("a", "void"),
     ([1], "int"), (1, "int[]")],
)  # fmt: skip
def test_a_value_that_the_type_does_not_have(value: object, kind: str) -> None:
    assert expected_value(value, kind) is None


def test_an_exception_is_written_as_the_file_knows_it() -> None:
    source = read(b"package a.b;\nimport java.util.NoSuchElementException;\nclass Own extends RuntimeException {}\n")
    assert expected_error("IllegalStateException", source) == "IllegalStateException"
    assert expected_error("NoSuchElementException", source) == "java.util.NoSuchElementException"
    assert expected_error("Own", source) == "Own"
    assert expected_error("EmptyStackException", source) is None
