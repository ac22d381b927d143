"""Functions, classes and methods of a Python text: those that the server writes tests for."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_LINE = re.compile(r"^(?P<indent>[ \t]*)(?:async\s+def|def|class)\s+(?P<name>[^\W\d]\w*)")


@dataclass(frozen=True, slots=True)
class Symbol:
    """`name` as the server takes it (`net`, `Cart.add`); lines count from 0, `end` belongs to it."""

    name: str
    line: int
    end: int


def symbols(text: str) -> list[Symbol]:
    """Return them in their order; a text that does not parse is read line by line."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return _by_lines(text)
    found: list[Symbol] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            found.append(_symbol(node.name, node))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found.append(_symbol(node.name, node))
            found.extend(
                _symbol(f"{node.name}.{inner.name}", inner)
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_")
            )
    return found


def symbol_at(found: list[Symbol], line: int) -> Symbol | None:
    """Return the innermost one around a line."""
    around = [symbol for symbol in found if symbol.line <= line <= symbol.end]
    return max(around, key=lambda symbol: symbol.line, default=None)


def _symbol(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Symbol:
    return Symbol(name, node.lineno - 1, (node.end_lineno or node.lineno) - 1)


def _by_lines(text: str) -> list[Symbol]:
    lines = text.splitlines()
    starts = [
        (number, match["name"])
        for number, line in enumerate(lines)
        if (match := _LINE.match(line)) and not match["indent"] and not match["name"].startswith("_")
    ]
    ends = [number for number, _ in starts[1:]] + [len(lines)]
    return [Symbol(name, line, max(line, end - 1)) for (line, name), end in zip(starts, ends, strict=True)]
