"""Changes of a Java file."""

from __future__ import annotations

import pytest

from domains.codegen.java.mutators import mutants
from domains.codegen.java.reading import read


def changed(body: str) -> list[str]:
    source = f"class A {{ void f() {{ {body} }} }}"
    listed = mutants(source, read(source.encode()).root)
    return [(source[: m.start] + m.text + source[m.end :])[21:-4] for m in listed]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = a + b;", ["x = a - b;"]),
        ("x = a < b;", ["x = a <= b;", "x = a >= b;"]),
        ("x = a == b;", ["x = a != b;"]),
        ("x = a && b;", ["x = a || b;"]),
        ("x += y;", ["x -= y;"]),
        ("x = !y;", ["x =  y;"]),
        ("x = -y;", ["x =  y;"]),
        ("x = 5;", ["x = 6;", "x = 4;"]),
        ("x = 1.5;", ["x = 2.5;", "x = 0.5;"]),
        ("x = true;", ["x = false;"]),
        ('x = "a";', ['x = "";']),
        ('x = "";', ['x = "changed";']),
        ("x = Math.min(a, b);", ["x = Math.max(a, b);"]),
        ("i++;", [";", "i--;"]),
        ("list.clear();", [";"]),
        ("x = 1 + y;", ["x = 1 - y;", "x = 2 + y;", "x = 0 + y;"]),
    ],
)
def test_a_statement_has_these_changes(body: str, expected: list[str]) -> None:
    assert changed(body) == expected


def test_conditions_are_made_true_and_false_but_loops_are_not() -> None:
    assert "if (true) f();" in changed("if (a) f();")
    assert "if (false) f();" in changed("if (a) f();")
    assert not any("while (true)" in one for one in changed("while (a) f();"))


def test_annotations_and_imports_stay() -> None:
    source = 'package a; import java.util.List;\n@SuppressWarnings("x") class A { }'
    assert mutants(source, read(source.encode()).root) == []


def test_there_is_an_end_to_changes() -> None:
    source = "class A { void f() { " + "x = a + b; " * 900 + "} }"
    listed = mutants(source, read(source.encode()).root)
    assert len(listed) == 300
    assert len({one.start for one in listed}) == 300


def test_signs_beyond_ascii_do_not_move_the_places() -> None:
    source = 'class A { String f() { return "价格" + a; } }'
    sign = mutants(source, read(source.encode()).root)[0]
    assert source[sign.start : sign.end] == "+"
