"""Finer wrong versions of functions, for which inputs are searched but which are not counted.

They are slips of the field that `mutators` leaves out because many of them change nothing: another variable of the
function (scalar variable replacement), a part left out of an expression or an argument for a call (operand and method
deletion), a statement left out (statement deletion), arguments in another order, one more or one less where something
is counted (unary insertion), a condition that always or never holds, a function that gives up at once. What tells one
of them from the code is a test that a reviewer would miss; where none is found nothing is said of it.

After Agrawal et al., "Design of mutant operators for the C programming language" (1989); Offutt et al., "An
experimental determination of sufficient mutant operators" (1996); Coles, PIT (remove conditionals, empty returns).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from domains.codegen.engine.inside.mutators import Mutant, instead, replaced

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NAMES = 2
"""Other names that take a name's place."""
_COUNTED = (ast.Subscript, ast.Slice, ast.Call, ast.Compare)
"""Where a plain name may be a number that is one off."""
_EMPTY = ("True", "False", "[]", "''", "0")


def finer(tree: ast.Module) -> Iterator[Mutant]:
    """Yield the finer mutants of every function, in the order of the source."""
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            yield from _gives_up(node)
            names = _names(node)
            for inner in _within(node):
                yield from _expressions(inner, names)
                yield from _statements(inner)


def _within(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """Yield a function's nodes; annotations, defaults and inner functions aside, which are functions of their own."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            continue
        yield node
        waiting += reversed(list(ast.iter_child_nodes(node)))


def _names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return what a function calls its parameters and variables, in the order in which they come up."""
    listed = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    stored = [node.id for node in _within(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return list(dict.fromkeys([*(argument.arg for argument in listed), *stored]))


def _gives_up(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Mutant]:
    """The function returns at once: what it was given first, or a value that says nothing."""
    generates = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _within(function))
    first = [argument.arg for argument in function.args.args if argument.arg not in {"self", "cls"}][:1]
    for text in [] if generates else [*first, "None", "True", "False"]:
        given = ast.Return(ast.parse(text, mode="eval").body)
        yield replaced(function, "body", [given], f"returns {text} at once", line=function.body[0].lineno)


def _expressions(node: ast.AST, names: list[str]) -> Iterator[Mutant]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            for other in _instead_of(value, node, field, names):
                yield replaced(node, field, other)
        elif isinstance(value, list):
            for n, item in enumerate(value):
                if isinstance(item, ast.expr):
                    for other in _instead_of(item, node, field, names):
                        yield replaced(node, field, [*value[:n], other, *value[n + 1 :]])


def _instead_of(value: ast.expr, parent: ast.AST, field: str, names: list[str]) -> Iterator[ast.expr]:
    if isinstance(value, ast.Name) and isinstance(value.ctx, ast.Load):
        yield from _other_names(value, names)
        if isinstance(parent, _COUNTED) and not (field == "func" or (field == "value" and value.id in names)):
            yield from _one_off(value)
    elif isinstance(value, ast.BinOp):
        yield from (value.left, value.right)
        yield from _one_off(value)
    elif isinstance(value, ast.BoolOp):
        for n in range(len(value.values)):
            kept = [*value.values[:n], *value.values[n + 1 :]]
            yield kept[0] if len(kept) == 1 else ast.BoolOp(value.op, kept)
    elif isinstance(value, ast.Subscript) and isinstance(value.ctx, ast.Load):
        yield value.value
    elif isinstance(value, ast.Call):
        yield from _called(value, parent)
    if field == "test":
        yield from (ast.Constant(value=True), ast.Constant(value=False))
    if isinstance(parent, ast.Return) and not isinstance(value, ast.Constant):
        yield from (ast.parse(text, mode="eval").body for text in _EMPTY)


def _other_names(value: ast.Name, names: list[str]) -> Iterator[ast.expr]:
    if value.id in names:
        at = names.index(value.id)
        others = [*names[at + 1 :], *names[:at]]
        yield from (ast.Name(other, ast.Load()) for other in others[:_NAMES])


def _one_off(value: ast.expr) -> Iterator[ast.expr]:
    yield ast.BinOp(value, ast.Add(), ast.Constant(1))
    yield ast.BinOp(value, ast.Sub(), ast.Constant(1))


def _called(call: ast.Call, parent: ast.AST) -> Iterator[ast.expr]:
    """A call that is left out, of which an argument stands for the whole, or whose arguments are in another order."""
    plain = [argument for argument in call.args if not isinstance(argument, ast.Starred)]
    if isinstance(call.func, ast.Attribute) and not isinstance(parent, ast.Expr):
        yield call.func.value
    yield from plain[:2]
    for n in range(len(plain) - 1 if len(plain) == len(call.args) else 0):
        swapped = [*call.args[:n], call.args[n + 1], call.args[n], *call.args[n + 2 :]]
        yield ast.Call(call.func, swapped, call.keywords)


def _statements(node: ast.AST) -> Iterator[Mutant]:
    """A statement is left out."""
    told = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom | ast.Await)
    if isinstance(node, ast.Expr | ast.Assign | ast.Raise | ast.Return | ast.Delete) and not told:
        yield instead(node, ast.unparse(node).split("\n")[0][:60], "nothing", ast.Pass())
