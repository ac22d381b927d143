"""Which further keywords a function with `**options` asks for: read from its own source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

_ASKS = {"get", "pop", "setdefault"}


def keywords(function: Callable[..., Any], name: str) -> dict[str, Any]:
    """Return the keywords that a function takes out of its parameter `name`, with what stands for each.

    The default is inspect.Parameter.empty where none is written, or none that is a literal. Empty for what has no
    source.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, ValueError, SyntaxError, IndexError):  # builtins, lambdas within a line, C
        return {}
    found: dict[str, Any] = {}
    for key, default in _asked(tree, name):
        if key.isidentifier() and found.get(key, inspect.Parameter.empty) is inspect.Parameter.empty:
            found[key] = default
    return found


def _asked(tree: ast.AST, name: str) -> Iterator[tuple[str, Any]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _is(node.value, name):
            yield from _key(node.slice)
        elif isinstance(node, ast.Compare) and any(_is(side, name) for side in node.comparators):
            yield from _key(node.left)
        elif isinstance(node, ast.Call) and node.args and _takes(node.func, name):
            yield from _key(node.args[0], *node.args[1:2])


def _takes(called: ast.expr, name: str) -> bool:
    return isinstance(called, ast.Attribute) and called.attr in _ASKS and _is(called.value, name)


def _key(node: ast.expr, default: ast.expr | None = None) -> Iterator[tuple[str, Any]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, default.value if isinstance(default, ast.Constant) else inspect.Parameter.empty


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
