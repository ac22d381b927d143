"""Small changes of a Java file as replaced pieces of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from domains.codegen.engine.trees import text
from domains.codegen.javascript.mutators import Mutant, Places

_OPERATORS = {
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",), "<": ("<=", ">="), "<=": ("<", ">"),
    ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",), "&&": ("||",), "||": ("&&",), "&": ("|",),
    "|": ("&",), "^": ("&",), "<<": (">>",), ">>": ("<<",), ">>>": ("<<",),
}  # fmt: skip
_ASSIGNING = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "%=": "*="}
_CALLS = {
    "min": "max", "max": "min", "floor": "ceil", "ceil": "floor", "startsWith": "endsWith", "endsWith": "startsWith",
    "toUpperCase": "toLowerCase", "toLowerCase": "toUpperCase", "indexOf": "lastIndexOf", "addFirst": "addLast",
    "anyMatch": "allMatch", "allMatch": "anyMatch",
}  # fmt: skip
_MOST = 300
_Change = tuple[int, int, str, int]


def mutants(source: str, root: Node) -> list[Mutant]:
    """Return the changes of a file in the order of the text; evenly chosen ones where there are too many."""
    places = Places(source)
    listed = list(dict.fromkeys(places.mutant(*found) for node in _living(root) for found in _changes(node)))
    step = max(1.0, len(listed) / _MOST)
    return [listed[int(n * step)] for n in range(int(len(listed) / step))]


def _living(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type not in {"import_declaration", "package_declaration", "annotation", "marker_annotation"}:
            yield node
            waiting += reversed(node.children)


def _changes(node: Node) -> Iterator[_Change]:
    maker = _MAKERS.get(node.type)
    if maker is not None:
        yield from maker(node)
    condition = node.child_by_field_name("condition")
    if condition is not None and node.type in {"if_statement", "while_statement", "ternary_expression"}:
        wrapped = condition.type == "parenthesized_expression"
        if node.type != "while_statement":
            yield _to(condition, "(true)" if wrapped else "true")
            yield _to(condition, "(false)" if wrapped else "false")


def _to(node: Node, replacement: str) -> _Change:
    return (node.start_byte, node.end_byte, replacement, node.start_point[0] + 1)


def _binary(node: Node) -> Iterator[_Change]:
    sign = node.child_by_field_name("operator")
    for other in _OPERATORS.get(text(sign), ()):
        if sign is not None:
            yield _to(sign, other)


def _assignment(node: Node) -> Iterator[_Change]:
    sign = node.child_by_field_name("operator")
    if sign is not None and text(sign) in _ASSIGNING:
        yield _to(sign, _ASSIGNING[text(sign)])


def _unary(node: Node) -> Iterator[_Change]:
    inner = node.child_by_field_name("operand")
    if inner is not None:
        yield _to(node, f" {text(inner)}")


def _update(node: Node) -> Iterator[_Change]:
    sign = next((child for child in node.children if child.type in {"++", "--"}), None)
    if sign is not None:
        yield _to(sign, "--" if sign.type == "++" else "++")


def _number(node: Node) -> Iterator[_Change]:
    found = re.fullmatch(r"(\d+)((?:\.\d+)?[lLfFdD]?)", text(node))
    if found is not None:
        yield _to(node, f"{int(found[1]) + 1}{found[2]}")
        yield _to(node, f"{int(found[1]) - 1}{found[2]}")


def _boolean(node: Node) -> Iterator[_Change]:
    yield _to(node, "false" if node.type == "true" else "true")


def _string(node: Node) -> Iterator[_Change]:
    yield _to(node, '"changed"' if text(node) == '""' else '""')


def _call(node: Node) -> Iterator[_Change]:
    name = node.child_by_field_name("name")
    if name is not None and text(name) in _CALLS:
        yield _to(name, _CALLS[text(name)])


def _statement(node: Node) -> Iterator[_Change]:
    """Leave out a call or an assignment that stands alone."""
    if node.named_children and node.named_children[0].type in {"method_invocation", "update_expression"}:
        yield _to(node, ";")


_MAKERS: dict[str, Callable[[Node], Iterator[_Change]]] = {
    "binary_expression": _binary, "assignment_expression": _assignment, "unary_expression": _unary,
    "update_expression": _update, "decimal_integer_literal": _number, "decimal_floating_point_literal": _number,
    "true": _boolean, "false": _boolean, "string_literal": _string, "method_invocation": _call,
    "expression_statement": _statement,
}  # fmt: skip
