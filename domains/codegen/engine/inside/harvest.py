"""What the source itself says about good inputs: its constants, its patterns, the examples of its docstrings."""

from __future__ import annotations

import ast
import doctest
import operator
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from domains.codegen.engine.inside import patterns
from domains.codegen.engine.inside.qualifying import imported_classes, qualified

_RE = {"match", "search", "fullmatch", "compile", "sub", "split", "findall", "finditer"}
_LONGEST = 80
_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Pow: operator.pow, ast.LShift: operator.lshift,
}  # fmt: skip
_NEAR = 10**13
"""Below it the neighbours of a number are tried, too."""
_HIGHEST, _GREATEST = 64, 2**128
"""The highest power, and the greatest number, that is worked out."""


@dataclass(slots=True)
class Harvest:
    """Constants by kind, without repetition, in the order of the source."""

    ints: dict[int, None] = field(default_factory=dict)
    floats: dict[float, None] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)
    matching: dict[str, None] = field(default_factory=dict)
    documented: dict[str, None] = field(default_factory=dict)
    """Texts that stand as arguments in the docstrings' examples."""
    calls: list[str] = field(default_factory=list)
    """Expressions of those examples."""


def harvest(tree: ast.Module, chance: random.Random) -> Harvest:
    """Read a module."""
    found, classes = Harvest(), imported_classes(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            _constant(node.value, found)
        elif isinstance(node, ast.BinOp | ast.UnaryOp):
            _constant(_computed(node), found)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _RE and node.args
        ):
            _pattern(node.args[0], found, chance)
        elif isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            _examples(ast.get_docstring(node) or "", found, classes)
    return found


def _constant(value: object, found: Harvest) -> None:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        found.ints |= dict.fromkeys((value, value - 1, value + 1)) if abs(value) < _NEAR else {value: None}
    elif isinstance(value, float):
        found.floats |= dict.fromkeys((value, value + 0.01, value - 0.01))
    elif isinstance(value, str) and len(value) <= _LONGEST and "\n" not in value:
        found.texts[value] = None


def _computed(node: ast.expr) -> float | None:
    """Return what numbers give that are only written as a sum, a product or a power: `10**6`, `60 * 60`, `2**31 - 1`.

    None for all else, and for numbers that nobody would write out.
    """
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, int | float) and not isinstance(node.value, bool) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _computed(node.operand)
        return None if inner is None else -inner
    made = _OPERATIONS.get(type(node.op)) if isinstance(node, ast.BinOp) else None
    if made is None or not isinstance(node, ast.BinOp):
        return None
    left, right = _computed(node.left), _computed(node.right)
    if left is None or right is None or (isinstance(node.op, ast.Pow | ast.LShift) and not 0 <= right <= _HIGHEST):
        return None
    try:
        given: float = made(left, right)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return given if abs(given) < _GREATEST else None


def _pattern(node: ast.expr, found: Harvest, chance: random.Random) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found.matching |= dict.fromkeys(patterns.examples(node.value, 12, chance))
        found.texts.pop(node.value, None)


def _examples(docstring: str, found: Harvest, classes: frozenset[str]) -> None:
    try:
        examples = doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        return
    for example in examples:
        try:
            tree = qualified(ast.parse(example.source.strip(), mode="eval"), classes)
        except SyntaxError:
            continue
        found.calls.append(ast.unparse(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= _LONGEST:
                found.documented[node.value] = None
            elif isinstance(node, ast.Constant):
                _constant(node.value, found)
