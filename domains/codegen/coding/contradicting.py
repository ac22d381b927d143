"""Whether a test of Jest or JUnit expects another value of a call than the documentation shows."""

from __future__ import annotations

import re

from tree_sitter import Node

from domains.codegen.coding.parts import Part
from domains.codegen.engine.contracts import Check
from domains.codegen.engine.trees import text, walk

_EQUAL = {
    "toBe",
    "toEqual",
    "toStrictEqual",
    "toBeCloseTo",
    "assertEquals",
    "assertArrayEquals",
    "assertIterableEquals",
}
_RAISING = re.compile(r"(?:\.(?:toThrow|toThrowError|rejects)\b|\bassertThrows\w*\b)")


def first(test: Part, kept: tuple[Check, ...]) -> Check | None:
    """Return the first documented call that the code keeps and the test contradicts."""
    return next((check for check in kept if _contradicts(test, check)), None)


def shown(check: Check) -> str:
    """Write a documented call as the documentation has it."""
    return f"{check.source} -> {check.value if check.raises is None else check.raises}"


def _contradicts(test: Part, check: Check) -> bool:
    call = _plain(check.source)
    for node in walk(test.node):
        if node.type not in {"call_expression", "method_invocation"}:
            continue
        expected = _expected(node, call)
        if expected is not None:
            return check.raises is not None or not _same(expected, check.value or "")
        if check.value is not None and _RAISING.search(text(node)) and _holds(node, call):
            return True
    return False


def _expected(node: Node, call: str) -> str | None:
    """Return what is expected of a call: `expect(call).toBe(x)`, `assertEquals(x, call)`; None for other nodes."""
    arguments = node.child_by_field_name("arguments")
    listed = arguments.named_children if arguments is not None else []
    if node.type == "method_invocation":
        equal = text(node.child_by_field_name("name")) in _EQUAL and len(listed) > 1
        return text(listed[0]) if equal and _is(listed[1], call) else None
    function = node.child_by_field_name("function")
    inner = function.child_by_field_name("object") if function is not None else None
    if function is None or inner is None or text(function.child_by_field_name("property")) not in _EQUAL or not listed:
        return None
    given = inner.child_by_field_name("arguments")
    asked = inner.type == "call_expression" and text(inner.child_by_field_name("function")) == "expect"
    return (
        text(listed[0]) if asked and given is not None and any(_is(one, call) for one in given.named_children) else None
    )


def _is(node: Node, call: str) -> bool:
    """Whether a node is a call, with or without what stands before it: `Shop.discount(1)` is `discount(1)`."""
    written = _plain(text(node))
    return written == call or written.endswith(f".{call}")


def _holds(node: Node, call: str) -> bool:
    return any(_is(one, call) for one in walk(node) if one.type in {"call_expression", "method_invocation"})


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(written: str) -> str:
    """Write a value or a call so that spellings of the same are the same: spaces, quotes, 1.0 and 1, 1L and 1."""
    bare = re.sub(r"\s+", "", written).replace("'", '"')
    return re.sub(r"\b(\d+)(?:\.0+)?[dDfFlL]?(?![\w.])", r"\1", bare)
