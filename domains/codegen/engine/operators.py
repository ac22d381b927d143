"""Calls of special methods as a person writes them: `len(cart)` for `cart.__len__()`, `a == b` for `a.__eq__(b)`."""

from __future__ import annotations

import ast

from domains.codegen.engine.inside.scenarios import Seen

_FUNCTIONS = {
    "__len__": ("len", "int"), "__str__": ("str", "str"), "__repr__": ("repr", "str"), "__bool__": ("bool", "bool"),
    "__hash__": ("hash", "int"), "__int__": ("int", "int"), "__float__": ("float", "float"), "__abs__": ("abs", ""),
    "__iter__": ("iter", ""), "__reversed__": ("reversed", ""),
}  # fmt: skip
"""By method: the function that calls it, and the type without which the function refuses; "" where it takes any."""
_SIGNS = {"__add__": "+", "__sub__": "-", "__mul__": "*", "__or__": "|", "__and__": "&"}
_RELATIONS = {"__eq__": "==", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


def operated(call: str, seen: Seen) -> str:
    """Write a call as an operator or a function, where that does the same; as it is elsewhere.

    `NotImplemented` and values of another type than Python asks for are what only the method itself gives.
    """
    node = ast.parse(call, mode="eval").body
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.keywords:
        return call
    method, owner = node.func.attr, ast.unparse(node.func.value)
    if not method.startswith("__") or "NotImplemented" in {seen.text, seen.type}:
        return call
    given = [ast.unparse(argument) for argument in node.args]
    if method == "__call__":
        return f"{owner}({', '.join(given)})"
    if not given:
        return _function(owner, method, seen) or call
    return _operator(owner, method, node.args[0], seen) if len(given) == 1 else call


def _function(owner: str, method: str, seen: Seen) -> str:
    name, kind = _FUNCTIONS.get(method, ("", ""))
    if not name or (seen.kind != "raises" and kind not in {"", seen.type}):
        return ""
    if seen.kind == "iterator" and method == "__iter__":
        return owner  # whoever lists its items asks for the iterator
    return f"{name}({owner})"


def _operator(owner: str, method: str, other: ast.expr, seen: Seen) -> str:
    given = ast.unparse(other)
    plain = given if isinstance(other, ast.Constant | ast.Name | ast.Call | ast.List | ast.Tuple | ast.Dict) else ""
    held = plain or f"({given})"
    if method == "__getitem__":
        return f"{owner}[{given}]"
    if method == "__contains__" and seen.type in {"bool", ""}:
        return f"({held} in {owner})"
    if method in _RELATIONS:
        return f"({owner} {_RELATIONS[method]} {held})"
    return f"{owner} {_SIGNS[method]} {held}" if method in _SIGNS else f"{owner}.{method}({given})"
