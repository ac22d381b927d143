"""Sources that parse, and where those that do not are broken."""

from __future__ import annotations

import pytest

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.trees import text
from domains.codegen.javascript.parsing import expression, grammar_of, parse


@pytest.mark.parametrize(
    ("path", "grammar"),
    [("a.js", "javascript"), ("b/c.mjs", "javascript"), ("d.ts", "typescript"), ("e.tsx", "tsx"), ("f.py", None)],
)
def test_a_grammar_goes_by_the_ending(path: str, grammar: str | None) -> None:
    assert grammar_of(path) == grammar


@pytest.mark.parametrize(
    ("source", "place"),
    [("let a = (1;\n", (1, 11)), ("const a = 1;\nconst b = = 2;\n", (2, 9)), ("let x = 1;\n  }\n", (2, 3))],
)
def test_a_broken_source_is_told_with_line_and_column(source: str, place: tuple[int, int]) -> None:
    with pytest.raises(SourceBroken) as error:
        parse(source.encode(), "javascript")
    assert (error.value.line, error.value.column) == place


def test_types_are_no_javascript_and_fine_typescript() -> None:
    source = b"export function f(a: number): string { return String(a); }"
    assert parse(source, "typescript").root_node.type == "program"
    with pytest.raises(SourceBroken):
        parse(source, "javascript")


def test_a_source_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(SourceBroken, match="deep"):
        parse(("x = " + "(" * 500 + "1" + ")" * 500).encode(), "javascript")


@pytest.mark.parametrize(("written", "kind"), [("f(1)", "call_expression"), ("[1, {a: 2}]", "array"), ("{}", "object")])
def test_one_expression_is_read(written: str, kind: str) -> None:
    node = expression(written)
    assert node is not None
    assert (node.type, text(node)) == (kind, written)


@pytest.mark.parametrize("written", ["", "f(", "1; 2", "return 1", "a, b) + (c"])
def test_what_is_not_one_expression_is_none(written: str) -> None:
    node = expression(written)
    assert node is None or node.type == "sequence_expression"
