"""Reads a call that the model wrote as a scenario: names of the module, values as literals, nothing else.

It is parsed and written anew from its parts; text of the model is never executed as it came.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domains.codegen.engine.inside.scenarios import SUBJECT, Scenario, Step

_LONGEST = 300
_EMPTY = {"set", "frozenset", "dict", "list", "tuple", "bytes", "bytearray"}
_BIGGEST = 10**12


@dataclass(frozen=True, slots=True)
class Callables:
    """What may be called: symbol -> how a test calls it."""

    callees: Mapping[str, str]
    classes: frozenset[str] = field(default_factory=frozenset)

    @staticmethod
    def of(symbols: Iterable[Mapping[str, Any]]) -> Callables:
        """Read what an exploration found."""
        callees = {str(one["symbol"]): str(one["callee"]) for one in symbols}
        owners = frozenset(symbol.split(".")[0] for symbol in callees if "." in symbol)
        return Callables(callees, owners & {*callees})


def read(text: str, known: Callables) -> Scenario | None:
    """Read `f(1)`, `Class(1)`, `Class.make(1)` or `Class(1).method(2)`; None for anything else."""
    node = expression(text)
    if not isinstance(node, ast.Call):
        return None
    arguments = _arguments(node, known)
    if arguments is None:
        return None
    callee = ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
    if callee and known.callees.get(callee) == callee:
        return Scenario(callee, (Step(callee, arguments),))
    return _of_method(node, arguments, known)


def expression(text: str) -> ast.expr | None:
    """Parse an expression; None where it is none, or too long to be read by a person."""
    if len(text) > _LONGEST:
        return None
    try:
        return ast.parse(text.strip().rstrip(";"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def literal(text: str) -> str | None:
    """Return a literal as it is written here; None for what is none."""
    node = expression(text)
    return ast.unparse(node) if node is not None and _is_value(node, Callables({})) else None


def _of_method(node: ast.Call, arguments: tuple[tuple[str, str], ...], known: Callables) -> Scenario | None:
    if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Call):
        return None
    made = node.func.value
    owner = made.func.id if isinstance(made.func, ast.Name) else ""
    symbol, callee = f"{owner}.{node.func.attr}", f"{SUBJECT}.{node.func.attr}"
    given = _arguments(made, known)
    if owner not in known.classes or known.callees.get(symbol) != callee or given is None:
        return None
    return Scenario(symbol, (Step(owner, given, binds=True), Step(callee, arguments)))


def _arguments(node: ast.Call, known: Callables) -> tuple[tuple[str, str], ...] | None:
    named = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
    values = [*(("", value) for value in node.args), *named]
    if any(keyword.arg is None for keyword in node.keywords) or not all(_is_value(v, known) for _, v in values):
        return None
    return tuple((name, ast.unparse(value)) for name, value in values)


def _is_value(node: ast.expr, known: Callables) -> bool:
    """Whether it is a literal, or built of literals and the module's own classes."""
    if isinstance(node, ast.Constant):
        return node.value is not ... and not (isinstance(node.value, int) and abs(node.value) > _BIGGEST)
    if isinstance(node, ast.UnaryOp):
        inner = node.operand
        return isinstance(node.op, ast.USub | ast.UAdd) and isinstance(inner, ast.Constant) and _is_value(inner, known)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return all(_is_value(item, known) for item in node.elts)
    if isinstance(node, ast.Dict):
        pairs = [*node.keys, *node.values]
        return all(item is not None and _is_value(item, known) for item in pairs)
    return isinstance(node, ast.Call) and _is_made(node, known)


def _is_made(node: ast.Call, known: Callables) -> bool:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    plain = all(keyword.arg for keyword in node.keywords)
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    if name in _EMPTY:
        return not node.keywords and len(node.args) <= 1 and all(_is_value(value, known) for value in values)
    if name == "float":
        return len(values) == 1 and isinstance(values[0], ast.Constant) and isinstance(values[0].value, str)
    return name in known.classes and plain and all(_is_value(value, known) for value in values)
