"""Six languages are parsed; faults have a place."""

from __future__ import annotations

import pytest

from domains.codegen.coding.syntax import faults, grammar_of


@pytest.mark.parametrize(
    ("path", "good", "bad", "line"),
    [
        ("a.py", "def f():\n    return 1\n", "x = 1\ndef f(:\n    return 1\n", 2),
        ("a.py", "if x:\n    y = 1\n", "if x:\ny = 1\n", 2),
        ("a.js", "const a = (b) => b;\n", "const a = (b => b;\n", 1),
        ("a.jsx", "const a = <p>hi</p>;\n", "const a = <p>hi;\n", 1),
        ("a.mjs", "export const a = 1;\n", "export const = 1;\n", 1),
        ("a.ts", "const a: number = 1;\n", "const a: = 1;\n", 1),
        ("a.tsx", "const a = <p>{b as string}</p>;\n", "const a = <p>{b as}</p>;\n", 1),
        ("A.java", "class A { int f() { return 1; } }\n", "class A {\n int f( { return 1; }\n}\n", 2),
        ("a.go", "package a\n\nfunc f() int { return 1 }\n", "package a\n\nfunc f( int { return 1 }\n", 3),
    ],
)
def test_what_does_not_parse_is_found_with_its_line(path: str, good: str, bad: str, line: int) -> None:
    assert faults(path, good) == ()
    found = faults(path, bad)
    assert found
    assert found[0].line == line
    assert found[0].column >= 1
    assert found[0].why


def test_a_file_of_another_kind_is_not_judged() -> None:
    assert grammar_of("notes.txt") is None
    assert faults("notes.txt", "(((") == ()


def test_few_faults_are_told_of_many() -> None:
    assert 0 < len(faults("a.js", "function ( {\n" * 50)) <= 5


def test_null_bytes_and_deep_nesting_are_faults_not_crashes() -> None:
    assert faults("a.py", "x = '\x00'\n")
    assert isinstance(faults("a.py", "(" * 5000), tuple)
