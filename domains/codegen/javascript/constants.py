"""What the code itself writes: numbers, texts, patterns and names, which the search tries as values."""

from __future__ import annotations

import re

from tree_sitter import Node

from domains.codegen.engine.trees import text, walk

_TABLE = {"pair", "object", "array", "arguments", "call_expression", "as_expression", "satisfies_expression"}
"""What stands between a key and the variable that holds its table: `Object.freeze({ ... })`."""


def constants(root: Node) -> dict[str, list[object]]:
    """Return numbers, strings, patterns of regular expressions and names of fields below a node."""
    found: dict[str, dict[object, None]] = {"numbers": {}, "strings": {}, "patterns": {}, "keys": {}}
    for node in walk(root):
        written = text(node)
        if node.type == "number" and re.fullmatch(r"\d+(\.\d+)?", written):
            signed = -1 if node.parent is not None and text(node.parent) == f"-{written}" else 1
            found["numbers"][signed * (float(written) if "." in written else int(written))] = None
        elif node.type == "string" and len(written) <= 60 and "\\" not in written and not _is_import(node):
            found["strings"][written[1:-1]] = None
        elif node.type == "regex_pattern":
            found["patterns"][written] = None
        elif node.type == "property_identifier" and _is_field(node):
            found["keys"][written] = None
        elif node.type == "property_identifier" and _is_of_table(node):
            found["strings"][written] = None
    found["keys"].pop("length", None)
    return {kind: list(listed)[:60] for kind, listed in found.items()}


def _is_field(node: Node) -> bool:
    """Whether a name is read of something, and not called."""
    above = node.parent
    if above is None or above.type != "member_expression":
        return False
    return above.parent is None or above.parent.type != "call_expression"


def _is_of_table(node: Node) -> bool:
    """Whether a name is a key of an object that a variable outside all functions holds: something to look up."""
    above = node.parent
    if above is None or above.type != "pair":
        return False
    while above is not None and above.type in _TABLE:
        above = above.parent
    return above is not None and above.type == "variable_declarator" and not _is_in_function(above)


def _is_in_function(node: Node) -> bool:
    above = node.parent
    while above is not None and above.type != "statement_block":
        above = above.parent
    return above is not None


def _is_import(node: Node) -> bool:
    above = node.parent
    return above is not None and (
        above.type in {"import_statement", "export_statement"} or "require" in text(above.parent)[:8]
    )
