"""Small wrong versions of a module: one change each, made in place on the tree and taken back.

The operators are those of the field (comparison, arithmetic, logic, constants, statements, arguments); docstrings,
annotations, decorators and `__all__` are left alone, since no test should notice them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.Div, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change at a line; `apply` makes it in the tree, `revert` takes it back. `text` is the text that it changes."""

    line: int
    change: str
    apply: Callable[[], None]
    revert: Callable[[], None]
    text: str = ""


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Yield every mutant, in the order of the source."""
    silent = _silent(tree)
    for node in ast.walk(tree):
        if id(node) not in silent:
            yield from _of(node)


def _of(node: ast.AST) -> Iterator[Mutant]:
    if isinstance(node, ast.Compare):
        for other in _COMPARISONS.get(type(node.ops[0]), ()):
            yield replaced(node, "ops", [other(), *node.ops[1:]])
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        if type(node.op) in _ARITHMETIC and not _formats(node):
            yield replaced(node, "op", _ARITHMETIC[type(node.op)]())
        if isinstance(node, ast.AugAssign):
            yield instead(node, "statement", "nothing", ast.Pass())
    elif isinstance(node, ast.BoolOp):
        yield replaced(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
        yield replaced(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.UnaryOp):
        yield from _unary(node)
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    else:
        yield from _statement(node)


def _unary(node: ast.UnaryOp) -> Iterator[Mutant]:
    if isinstance(node.op, ast.Not):
        yield replaced(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif isinstance(node.op, ast.USub):
        yield replaced(node, "op", ast.UAdd())


def _constant(node: ast.Constant) -> Iterator[Mutant]:
    value = node.value
    if isinstance(value, bool):
        yield replaced(node, "value", not value)
    elif isinstance(value, int | float):
        yield replaced(node, "value", value + 1)
    elif isinstance(value, str):
        yield replaced(node, "value", f"XX{value}XX")
        if value != value.swapcase():
            yield replaced(node, "value", value.swapcase())
    elif isinstance(value, bytes):
        yield replaced(node, "value", b"XX" + value + b"XX")


def _statement(node: ast.AST) -> Iterator[Mutant]:
    nothing = ast.Constant(None)
    if isinstance(node, ast.Return | ast.Assign) and node.value is not None and not _is_none(node.value):
        yield replaced(node, "value", nothing)
    elif isinstance(node, ast.Break):
        yield instead(node, "break", "continue", ast.Continue())
    elif isinstance(node, ast.Continue):
        yield instead(node, "continue", "break", ast.Break())
    elif isinstance(node, ast.Call):
        for n, argument in enumerate(node.args):
            if not isinstance(argument, ast.Constant | ast.Starred):
                yield replaced(node, "args", [*node.args[:n], nothing, *node.args[n + 1 :]])
        for n, _ in enumerate(node.keywords):
            yield replaced(node, "keywords", [*node.keywords[:n], *node.keywords[n + 1 :]])


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _formats(node: ast.BinOp | ast.AugAssign) -> bool:
    left = node.left if isinstance(node, ast.BinOp) else None
    return isinstance(node.op, ast.Mod) and isinstance(left, ast.Constant) and isinstance(left.value, str)


def replaced(node: ast.AST, field: str, new: object, change: str = "", line: int = 0) -> Mutant:
    """One field of a node is another; `change` says so where the text of the node would not."""
    old = getattr(node, field)
    before = "" if change else _text(node)
    setattr(node, field, new)
    ast.fix_missing_locations(node)  # here, where the change is small, and not for each mutant in the whole tree
    change = change or f"{before} -> {_text(node)}"
    setattr(node, field, old)
    return Mutant(
        line or getattr(node, "lineno", 0),
        change,
        lambda: setattr(node, field, new),
        lambda: setattr(node, field, old),
        old if isinstance(node, ast.Constant) and isinstance(old, str) else "",
    )


def instead(node: ast.stmt, before: str, after: str, other: ast.stmt) -> Mutant:
    """A statement is another: the node takes the other's class and gives it back."""
    kind, state = node.__class__, dict(node.__dict__)

    def apply() -> None:
        node.__class__ = other.__class__

    def revert() -> None:
        node.__class__ = kind
        node.__dict__.update(state)

    return Mutant(node.lineno, f"{before} -> {after}", apply, revert)


def _text(node: ast.AST) -> str:
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= 60 else text[:57] + "..."


def _silent(tree: ast.Module) -> set[int]:
    """Nodes that no test should notice."""
    quiet: list[Any] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.append(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            quiet += [
                *node.decorator_list,
                node.returns,
                *(a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg)),
            ]
        elif isinstance(node, ast.ClassDef):
            quiet += node.decorator_list
        elif isinstance(node, ast.AnnAssign):
            quiet.append(node.annotation)
        elif isinstance(node, ast.Assign | ast.If) and _is_bookkeeping(node):
            quiet.append(node)
        elif isinstance(node, ast.JoinedStr):
            quiet += [spec.format_spec for spec in node.values if isinstance(spec, ast.FormattedValue)]
    return {id(inner) for outer in quiet if outer is not None for inner in ast.walk(outer)}


def _is_bookkeeping(node: ast.Assign | ast.If) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.dump(node.test) or "__main__" in ast.dump(node.test)
    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    return any(name.startswith("__") for name in names)
