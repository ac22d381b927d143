"""What the source says about itself: examples, exceptions and their conditions, ranges and types of results."""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from domains.codegen.engine.claims import Claim, claims
from domains.codegen.engine.inside.qualifying import imported_classes, qualified
from domains.codegen.engine.prose import EMPTY, bounds, forbidden

_RAISES = re.compile(
    r":raises?\s+(?P<sphinx>[\w.]+)\s*:\s*(?P<why>[^\n]*)"
    r"|^\s{0,8}(?P<google>[A-Z]\w*(?:Error|Exception))\s*:\s*(?P<because>[^\n]*)",
    re.MULTILINE,
)
_BUILTIN = {"int", "str", "bool", "float", "list", "dict", "tuple", "set", "bytes", "None", "complex", "frozenset"}
_ACCEPTS = {"float": {"float", "int", "bool"}, "int": {"int", "bool"}, "complex": {"complex", "float", "int", "bool"}}
_SAMPLES = {
    "int": "10", "float": "10.0", "str": "'a'", "bool": "True", "list": "[1]", "dict": "{}", "tuple": "(1,)",
    "bytes": "b'a'", "set": "{1}",
}  # fmt: skip

EXAMPLE = "the example in its docstring"


@dataclass(frozen=True, slots=True)
class Check:
    """An expression of the documentation and what it must give: the `value`'s source, or an exception's name."""

    id: int
    symbol: str
    source: str
    value: str | None
    raises: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What a function says of itself. `returns` are names of built-in types, empty when it says none that can be held.

    `low` and `high` bound its numbers; `raises` are exceptions that it announces.
    """

    symbol: str
    raises: frozenset[str]
    returns: frozenset[str]
    typed: bool
    low: float | None = None
    high: float | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Contracts:
    """All of a module."""

    checks: tuple[Check, ...]
    promises: dict[str, Promise] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()


def read(tree: ast.Module) -> Contracts:
    """Read a module's contracts."""
    checks: list[Check] = []
    promises: dict[str, Promise] = {}
    classes = imported_classes(tree)
    for symbol, node in _documented(tree):
        docstring = ast.get_docstring(node) or ""
        found = list(_examples(symbol, docstring, classes))
        if isinstance(node, Function):
            promises[symbol] = _promise(symbol, node, docstring)
            found += _conditions(symbol, node, docstring)
        checks += [Check(len(checks) + n, *what) for n, what in enumerate(found)]
    return Contracts(tuple(checks), promises, tuple(claims(tree)))


Function = ast.FunctionDef | ast.AsyncFunctionDef
_What = tuple[str, str, str | None, str | None, str]


def _documented(tree: ast.Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    yield "", tree
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield node.name, node
            yield from ((f"{node.name}.{m.name}", m) for m in node.body if isinstance(m, Function))


def _examples(symbol: str, docstring: str, classes: frozenset[str]) -> Iterator[_What]:
    try:
        listed = doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        return
    for example in listed:
        try:
            source = ast.unparse(qualified(ast.parse(example.source.strip(), mode="eval"), classes))
        except SyntaxError:  # a statement: what follows may lean on it, and then names something unknown
            continue
        loose = doctest.ELLIPSIS in example.options or doctest.SKIP in example.options or "..." in example.want
        if loose and example.exc_msg is None:
            continue
        if example.exc_msg is not None:
            yield symbol, source, None, example.exc_msg.split(":")[0].strip().split(".")[-1], EXAMPLE
        elif _is_literal(example.want):
            yield symbol, source, example.want.strip(), None, EXAMPLE


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _promise(symbol: str, node: Function, docstring: str) -> Promise:
    listed = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    plain = [a for a in listed if a.arg not in {"self", "cls"}]
    kept = bounds(docstring)
    return Promise(
        symbol,
        frozenset(name for name, _ in raised(docstring)),
        _returned(node),
        all(a.annotation for a in plain),
        kept.low,
        kept.high,
        kept.said,
    )


def raised(docstring: str) -> list[tuple[str, str]]:
    """Return (exception, when) as Sphinx or Google write them."""
    found = _RAISES.finditer(docstring)
    return [((m["sphinx"] or m["google"]).split(".")[-1], (m["why"] or m["because"] or "").strip()) for m in found]


def _returned(node: Function) -> frozenset[str]:
    """Return the names of types a result may have; empty when the annotation says more than built-in types."""
    if node.returns is None or any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node)):
        return frozenset()
    names: set[str] = set()
    for part in _members(node.returns):
        base = part.value if isinstance(part, ast.Subscript) else part
        name = str(base.value) if isinstance(base, ast.Constant) else base.id if isinstance(base, ast.Name) else ""
        if name not in _BUILTIN:
            return frozenset()
        names |= _ACCEPTS.get(name, {"NoneType" if name == "None" else name})
    return frozenset(names)


def _members(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_members(node.left), *_members(node.right)]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Optional":
        return [*_members(node.slice), ast.Constant("None")]
    return [node]


def _conditions(symbol: str, node: Function, docstring: str) -> Iterator[_What]:
    """Calls that break a documented condition, one argument at a time."""
    listed = [a for a in [*node.args.posonlyargs, *node.args.args] if a.arg not in {"self", "cls"}]
    samples = [_sample(a) for a in listed]
    if "." in symbol or None in samples:
        return
    for name, when in raised(docstring):
        for n, argument in enumerate(listed):
            for value in _breaking(argument, when):
                given = [*samples[:n], value, *samples[n + 1 :]]
                yield symbol, f"{symbol}({', '.join(str(g) for g in given)})", None, name, f"raises {name}: {when}"


def _sample(argument: ast.arg) -> str | None:
    return _SAMPLES.get(ast.unparse(argument.annotation).split("[")[0]) if argument.annotation is not None else None


def _breaking(argument: ast.arg, when: str) -> Iterator[str]:
    """Return values of an argument that a condition in prose forbids."""
    if not re.search(rf"\b{re.escape(argument.arg)}\b", when):
        return
    kind = ast.unparse(argument.annotation) if argument.annotation is not None else ""
    empty = {"str": "''", "list": "[]"}.get(kind.split("[")[0])
    for value in forbidden(argument.arg, when, number=kind in {"int", "float"}):
        if value != EMPTY:
            yield value
        elif empty is not None:
            yield empty
