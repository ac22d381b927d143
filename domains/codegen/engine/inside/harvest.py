"""What the source itself says about good inputs: its constants, its patterns, the examples of its docstrings."""

from __future__ import annotations

import ast
import doctest
import random
from dataclasses import dataclass, field

from domains.codegen.engine.inside import patterns

_RE = {"match", "search", "fullmatch", "compile", "sub", "split", "findall", "finditer"}
_LONGEST = 80


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
    found = Harvest()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            _constant(node.value, found)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _RE and node.args
        ):
            _pattern(node.args[0], found, chance)
        elif isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            _examples(ast.get_docstring(node) or "", found)
    return found


def _constant(value: object, found: Harvest) -> None:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        found.ints |= dict.fromkeys((value, value - 1, value + 1)) if abs(value) < 10**9 else {value: None}
    elif isinstance(value, float):
        found.floats |= dict.fromkeys((value, value + 0.01, value - 0.01))
    elif isinstance(value, str) and len(value) <= _LONGEST and "\n" not in value:
        found.texts[value] = None


def _pattern(node: ast.expr, found: Harvest, chance: random.Random) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found.matching |= dict.fromkeys(patterns.examples(node.value, 12, chance))
        found.texts.pop(node.value, None)


def _examples(docstring: str, found: Harvest) -> None:
    try:
        examples = doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        return
    for example in examples:
        try:
            tree = ast.parse(example.source.strip(), mode="eval")
        except SyntaxError:
            continue
        found.calls.append(ast.unparse(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= _LONGEST:
                found.documented[node.value] = None
            elif isinstance(node, ast.Constant):
                _constant(node.value, found)
