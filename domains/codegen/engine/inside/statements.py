"""Lines that belong together: the interpreter tells the first line of a statement, and not that of each of its parts.

A table of a hundred texts is one constant: it is loaded at the line where it begins.
"""

from __future__ import annotations

import ast
from collections.abc import Set


class Statements:
    """The statements of a module, by their lines; of a compound one, the lines before its body."""

    def __init__(self, tree: ast.Module) -> None:
        self._lines: dict[int, frozenset[int]] = {}
        for node in ast.walk(tree):  # from outside to inside: the innermost stays
            if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                first, last = _span(node)
                span = frozenset(range(first, last + 1))
                self._lines |= dict.fromkeys(span, span)

    def of(self, line: int) -> frozenset[int]:
        """Return the lines of the statement that a line belongs to; the line alone where it belongs to none."""
        return self._lines.get(line, frozenset({line}))

    def runs(self, line: int, lines: Set[int]) -> bool:
        """Whether a run that came by these lines came by the statement of a line."""
        return not lines.isdisjoint(self.of(line))


def _span(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> tuple[int, int]:
    first: int = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    body: list[ast.stmt] | list[ast.match_case] = getattr(node, "body", None) or getattr(node, "cases", [])
    if not body:
        return first, getattr(node, "end_lineno", None) or first
    inside = body[0]
    begins = inside.pattern.lineno if isinstance(inside, ast.match_case) else _begin(inside)
    return first, max(first, begins - 1)


def _begin(node: ast.stmt) -> int:
    """Return the line where a statement begins, its decorators included."""
    marks: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(mark.lineno for mark in marks)])
