"""A program that is not run is read: what parses, what would be tested."""

from __future__ import annotations

import pytest

from domains.codegen import statics
from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Project


def found(target: str, source: str) -> list[str]:
    return statics.symbols(Project({target: source.encode("utf-8", "surrogateescape")}, target))


@pytest.mark.parametrize(
    ("target", "source", "symbols"),
    [
        (
            "shop.py",
            (
                "import os\nos._exit(3)\ndef price(): ...\nasync def later(): ...\ndef _own(): ...\n"
                "class Cart:\n    def add(self): ...\n    def _own(self): ...\n    def __len__(self): ...\n"
            ),
            ["price", "later", "Cart", "Cart.add"],
        ),
        ("cart.js", "function price() {}\nclass Cart { add() {} }\nprocess.exit(3);\n", ["price", "Cart.add"]),
        ("cart.ts", "export const price = (n: number): number => n;\n", ["price"]),
        ("Cart.java", "class Cart { int add(int n) { return n; } }\n", ["Cart.add"]),
        ("empty.py", "", []),
    ],
)
def test_what_would_be_tested_is_listed_and_nothing_is_run(target: str, source: str, symbols: list[str]) -> None:
    assert found(target, source) == symbols


@pytest.mark.parametrize(
    ("target", "source", "line"),
    [
        ("shop.py", "x = 1\ndef f(:\n", 2),
        ("cart.js", "let x = 1;\nfunction f( {\n", 2),
        ("Cart.java", "class Cart {\n int f( { }\n}\n", 2),
    ],
)
def test_what_does_not_parse_is_said_with_its_place(target: str, source: str, line: int) -> None:
    with pytest.raises(SourceBroken) as broken:
        found(target, source)
    assert broken.value.line == line
    assert broken.value.column >= 1


@pytest.mark.parametrize("target", ["shop.py", "cart.js"])
def test_bytes_that_are_no_text_are_said(target: str) -> None:
    with pytest.raises(SourceBroken, match="cannot be read"):
        found(target, "\udcff\udcfe")
