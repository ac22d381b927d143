"""What the source tells of a parameter without a type: constants, tables it is looked up in, types, its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from domains.codegen.engine.inside.sources import source_of

_MOST = 40
_TYPES = {
    "str": "str", "int": "int", "float": "float", "list": "list_int", "dict": "dict", "tuple": "tuple", "set": "set",
    "bytes": "bytes", "bool": "bool", "frozenset": "set", "Mapping": "dict", "Sequence": "list_int", "Number": "int",
    "Iterable": "list_int", "Callable": "callable", "basestring": "str", "string_types": "str", "Integral": "int",
}  # fmt: skip
_NAMES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("func", "function", "fn", "f", "callback", "pred", "predicate", "key", "op", "cmp", "g"), ("callable",)),
    (("text", "string", "s", "str", "name", "word", "line", "prefix", "suffix", "sep", "pattern", "path", "filename",
      "value", "fmt", "format", "title", "label", "url", "char", "chars", "lang", "code"), ("str",)),
    (("n", "i", "j", "k", "x", "y", "z", "num", "number", "count", "size", "width", "length", "index", "start", "stop",
      "step", "year", "month", "day", "level", "depth", "limit", "offset", "low", "high", "lo", "hi"),
     ("int", "float")),
    (("seq", "items", "values", "lst", "list", "iterable", "coll", "array", "data", "elements", "xs", "it", "a", "b",
      "lines", "words", "names", "args"), ("list_int", "list_str", "nested")),
    (("d", "dict", "mapping", "options", "kwargs", "config", "params", "attrs", "obj", "dct"), ("dict",)),
    (("flag", "strict", "reverse", "verbose", "default"), ("bool",)),
)  # fmt: skip


_EXPRESSIONS = ("'a'", "'[a-z]+'", "'([a-z])'", "'([a-z])([a-z])?'", r"'(\\d+)'", "'(?P<first>[A-Z])'", "'^x$'")
"""Regular expressions with and without groups, for what is used as one."""
_SEARCHES = {"compile", "search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn"}
_EXAMPLES = {
    ("url", "uri", "link", "endpoint", "href"): ("'http://example.com/a?b=1#c'", "'https://example.com'"),
    ("email", "mail"): ("'ada@example.com'", "'Ada.Lovelace+tag@mail.example.org'"),
    ("date", "day", "birthday"): ("'2024-02-29'", "'29.02.2024'"),
    ("time", "timestamp"): ("'12:30'", "'2024-02-29T12:30:00'"),
    ("host", "hostname", "domain"): ("'example.com'", "'localhost:8080'"),
    ("ip", "address"): ("'192.168.0.1'", "'::1'"),
    ("phone", "mobile", "tel"): ("'+49 30 1234567'",),
    ("json",): ("'{\"a\": [1, 2]}'", "'[]'"),
    ("csv", "row"): ("'a,b\\n1,2'",),
    ("uuid", "guid"): ("'12345678-1234-5678-1234-567812345678'",),
    ("version",): ("'1.2.3'", "'2.0.0-rc.1'"),
    ("color", "colour"): ("'#ff8000'", "'red'"),
}
"""Texts as people write them, by what parameters for them are called: no search comes upon an address by chance."""


@dataclass(slots=True)
class Hint:
    """`kinds` (see pools.KINDS) that are likely, and `values` (sources) that the code itself names."""

    kinds: list[str] = field(default_factory=list)
    values: dict[str, None] = field(default_factory=dict)


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def hints(tree: ast.Module, names: dict[str, Any]) -> dict[tuple[str, str], Hint]:
    """Read the functions and methods of a module; a constructor stands under its class."""
    found: dict[tuple[str, str], Hint] = {}
    for symbol, node in _functions(tree):
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg) and argument.annotation is None and argument.arg not in {"self", "cls"}:
                found[symbol, argument.arg] = _hint(argument.arg, node, names)
    return found


def examples(name: str) -> tuple[str, ...]:
    """Return sources of texts that a parameter of this name is for; none for other names."""
    return next((texts for names, texts in _EXAMPLES.items() if _called(name) in names), ())


def _functions(tree: ast.Module) -> Iterator[tuple[str, _Function]]:
    for node in tree.body:
        if isinstance(node, _Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, _Function):
                    yield node.name if inner.name == "__init__" else f"{node.name}.{inner.name}", inner


def _hint(name: str, function: _Function, names: dict[str, Any]) -> Hint:
    hint = Hint([kind for listed, kinds in _NAMES if _called(name) in listed for kind in kinds])
    if _called(name) in {"regex", "regexp"}:
        hint.values |= dict.fromkeys(_EXPRESSIONS)
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            _call(node, name, names, hint)
        elif isinstance(node, ast.Compare):
            _comparison(node, name, names, hint)
        elif isinstance(node, ast.Subscript) and _is(node.slice, name):
            _table(node.value, names, hint)
    return hint


def _called(name: str) -> str:
    return name.lower().strip("_0123456789").rsplit("_", 1)[-1]


def _call(node: ast.Call, name: str, names: dict[str, Any], hint: Hint) -> None:
    called = node.func
    if isinstance(called, ast.Name) and called.id == "isinstance" and len(node.args) == 2 and _is(node.args[0], name):
        listed = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        for kind in (ast.unparse(each).split(".")[-1] for each in listed):
            if kind in _TYPES:
                hint.kinds.append(_TYPES[kind])
    elif isinstance(called, ast.Attribute) and called.attr in {"get", "index", "pop"} and node.args:
        if _is(node.args[0], name):
            _table(called.value, names, hint)
    elif isinstance(called, ast.Attribute) and called.attr in _SEARCHES and ast.unparse(called.value) == "re":
        if node.args and _is(node.args[0], name):
            hint.values |= dict.fromkeys(_EXPRESSIONS)
        elif any(_is(argument, name) for argument in node.args[1:3]):
            hint.kinds.append("str")
    elif isinstance(called, ast.Attribute) and called.attr in {"startswith", "endswith"} and _is(called.value, name):
        hint.kinds.append("str")


def _comparison(node: ast.Compare, name: str, names: dict[str, Any], hint: Hint) -> None:
    sides = [node.left, *node.comparators]
    if not any(_is(side, name) for side in sides):
        return
    for side in sides:
        if isinstance(side, ast.Constant):
            _add(side.value, hint)
        elif isinstance(side, ast.Tuple | ast.List | ast.Set):
            for each in side.elts:
                if isinstance(each, ast.Constant):
                    _add(each.value, hint)
        elif not _is(side, name):
            _table(side, names, hint)


def _table(node: ast.expr, names: dict[str, Any], hint: Hint) -> None:
    """Take the keys or items of a container that stands at module level."""
    value = names.get(node.id) if isinstance(node, ast.Name) else None
    if isinstance(value, dict | set | frozenset | list | tuple):
        for item in list(value)[:12]:
            _add(item, hint)


def _is(node: ast.expr, name: str) -> bool:
    """Whether an expression is the parameter, or a method's result on it (`mode.lower()`)."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        return _is(node.func.value, name)
    return isinstance(node, ast.Name) and node.id == name


def _add(value: object, hint: Hint) -> None:
    text = source_of(value, {})
    if text is not None and len(hint.values) < _MOST:
        hint.values[text] = None
