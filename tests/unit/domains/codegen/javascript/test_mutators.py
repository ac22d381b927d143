"""Changes of a module: each gives a source that parses, at the right place."""

from __future__ import annotations

import pytest

from domains.codegen.javascript.mutators import mutants
from domains.codegen.javascript.parsing import parse


def changed(source: str, grammar: str = "javascript") -> list[str]:
    units = source.encode("utf-16-le")
    return [
        (units[: m.start * 2] + m.text.encode("utf-16-le") + units[m.end * 2 :]).decode("utf-16-le")
        for m in mutants(source, parse(source.encode(), grammar).root_node)
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b;", ["a <= b;", "a >= b;"]),
        ("a + 1;", ["a - 1;", "a + 2;", "a + 0;"]),
        ("'x' + a;", ['"" + a;']),
        ("x = '';", ['x = "changed";']),
        ("a && b;", ["a || b;", "a;", "b;"]),
        ("a === b;", ["a !== b;"]),
        ("i++;", ["i--;"]),
        ("a += 5;", ["a -= 5;", "a += 6;", "a += 4;"]),
        ("x = !a;", ["x =  a;"]),
        ("x = a.trim();", ["x = a;"]),
        ("x = a.startsWith(b);", ["x = a.endsWith(b);"]),
        ("x = Math.min(a, b);", ["x = Math.max(a, b);"]),
        ("x = true;", ["x = false;"]),
        ("x = a?.b;", ["x = a.b;"]),
        ("x = (a) => a;", ["x = (a) => undefined;"]),
        ("x = [1];", ["x = [];", "x = [2];", "x = [0];"]),
        ("x = /^a$/;", ["x = /a$/;", "x = /^a/;"]),
    ],
)
def test_a_piece_of_code_has_these_changes(source: str, expected: list[str]) -> None:
    assert changed(source) == expected


def test_conditions_are_made_true_and_false() -> None:
    found = changed("if (a) { f(); }")
    assert "if ((true)) { f(); }".replace("((true))", "(true)") in found
    assert "if (false) { f(); }" in found
    assert "if (a) {}" in found


def test_a_loop_is_never_made_endless_by_its_condition() -> None:
    assert not any("while (true)" in one for one in changed("while (a) { f(); }"))


@pytest.mark.parametrize(
    "source",
    [
        "'use strict';",
        "const a = require('b');",
        "import a from 'b';",
        "module.exports = { a, b };",
        "type A = 'x' | 'y';",
    ],
)
def test_what_cannot_show_is_not_changed(source: str) -> None:
    assert changed(source, "typescript") == []


def test_signs_beyond_ascii_do_not_move_the_places() -> None:
    assert changed("x = '价格😀'; y = a * b;")[-1] == "x = '价格😀'; y = a / b;"


def test_lines_are_those_of_the_source() -> None:
    source = "x = 1;\n\nif (a > 2) {\n  f();\n}\n"
    assert {m.line for m in mutants(source, parse(source.encode(), "javascript").root_node)} == {1, 3}


def test_there_is_an_end_to_changes() -> None:
    source = "\n".join(f"x = a{n} + {n};" for n in range(400))
    assert len(mutants(source, parse(source.encode(), "javascript").root_node)) == 400
