"""JavaScript and TypeScript read by tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Tree

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.trees import text, walk

ENDINGS = {
    ".js": "javascript", ".jsx": "javascript", ".mjs": "javascript", ".cjs": "javascript",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
}  # fmt: skip
_DEEPEST = 400
TEXTS = frozenset({"string", "template_string"})


@cache
def _parser(grammar: str) -> Parser:
    pointers = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
        "tsx": tree_sitter_typescript.language_tsx,
    }
    return Parser(Language(pointers[grammar]()))


def grammar_of(path: str) -> str | None:
    """Name the grammar of a file by its ending; None for other files."""
    return ENDINGS.get(PurePosixPath(path).suffix)


def parse(source: bytes, grammar: str) -> Tree:
    """Parse a file. Raises SourceBroken with line and column (from 1) of the first error."""
    tree = _parser(grammar).parse(source)
    if tree.root_node.has_error:
        place = next(_errors(tree.root_node), tree.root_node)
        line, column = place.start_point
        shown = text(place).strip().split("\n")[0][:40]
        why = f"{place.type!r} is missing" if place.is_missing else f"unexpected {shown!r}"
        raise SourceBroken(why, line + 1, column + 1)
    deepest = max(_depths(tree.root_node))
    if deepest > _DEEPEST:
        raise SourceBroken("the source is nested too deeply")
    return tree


def type_node(written: str) -> Node | None:
    """Parse a type as TypeScript writes it; None when it is none."""
    root = _parser("typescript").parse(f"type T = {written};".encode()).root_node
    return None if root.has_error or not root.children else root.children[0].child_by_field_name("value")


def expression(written: str) -> Node | None:
    """Parse one expression; None when the text is not exactly one."""
    root = _parser("javascript").parse(f"({written}\n);".encode()).root_node
    if root.has_error or root.named_child_count != 1 or root.named_children[0].named_child_count != 1:
        return None
    inner = root.named_children[0].named_children[0]
    listed = [child for child in inner.named_children if child.type != "comment"]
    return listed[0] if inner.type == "parenthesized_expression" and len(listed) == 1 else None


def spelled(node: Node) -> str:
    """Write an expression in one spelling, whatever its layout and its quotes."""
    if node.type in TEXTS and "${" not in text(node):
        return '"' + re.sub(r"\\([\"'`])", r"\1", text(node)[1:-1]) + '"'
    if not node.children:
        return text(node) + (" " if text(node) in {"new", "typeof", "await", "void"} else "")
    told = "".join(spelled(child) for child in node.children if child.type != "comment")
    return re.sub(r",([)\]}])$", r"\1", told)


def _errors(node: Node) -> Iterator[Node]:
    return (one for one in walk(node) if one.is_error or one.is_missing)


def _depths(root: Node) -> Iterator[int]:
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield depth
        waiting += [(child, depth + 1) for child in node.children]
