"""Source code, by tree-sitter: a section a definition, so that a function is found and cited as one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.config import LoaderLimits
from retrieval.loaders.encoding import read_text
from retrieval.loaders.limits import check_size, check_text
from retrieval.types import ParsedDocument, Section

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

GRAMMARS: dict[str, tuple[str, str]] = {
    ".py": ("tree_sitter_python", "language"),
    ".pyi": ("tree_sitter_python", "language"),
    ".js": ("tree_sitter_javascript", "language"),
    ".mjs": ("tree_sitter_javascript", "language"),
    ".cjs": ("tree_sitter_javascript", "language"),
    ".jsx": ("tree_sitter_javascript", "language"),
    ".ts": ("tree_sitter_typescript", "language_typescript"),
    ".tsx": ("tree_sitter_typescript", "language_tsx"),
    ".java": ("tree_sitter_java", "language"),
    ".go": ("tree_sitter_go", "language"),
}
"""Suffix to the grammar's module and the function in it that returns the language."""

_WRAPPERS = {"decorated_definition", "export_statement"}
_DEFINITIONS = {
    "function_definition", "class_definition", "function_declaration", "generator_function_declaration",
    "class_declaration", "abstract_class_declaration", "method_definition", "interface_declaration",
    "enum_declaration", "record_declaration", "type_alias_declaration", "method_declaration",
    "constructor_declaration", "type_declaration", "lexical_declaration",
}  # fmt: skip
_COMMENTS = {"comment", "line_comment", "block_comment"}
_BODIES = {"block", "class_body", "interface_body", "enum_body", "enum_body_declarations"}
_CLASSES = {"class_definition", "class_declaration", "abstract_class_declaration", "interface_declaration",
            "enum_declaration", "record_declaration"}  # fmt: skip
_MOST_NESTING = 8


class Source:
    """The bytes of a file, and where its lines begin."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._starts = [0, *(match.end() for match in re.finditer(b"\n", data))]

    def line(self, position: int) -> int:
        """Number of the line, from 1, that holds a byte."""
        return bisect_right(self._starts, position)

    def line_start(self, position: int) -> int:
        """First byte of that line."""
        return self._starts[self.line(position) - 1]


class CodeLoader:
    """Functions, classes and methods under their names; lines count from 1. Broken code is read as far as it goes."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_size(path, self._limits)
        source = Source(read_text(path).encode())
        tree = _parser(path.suffix.lower()).parse(source.data)
        sections = tuple(_sections(tree.root_node, source, ()))
        return check_text(path, ParsedDocument(path.name, sections), self._limits)


@cache
def _parser(suffix: str) -> Parser:
    from tree_sitter import Language, Parser

    module, function = GRAMMARS[suffix]
    return Parser(Language(getattr(import_module(module), function)()))


def _sections(scope: Node, source: Source, path: tuple[str, ...], begin: int | None = None) -> Iterator[Section]:
    """Sections of the definitions in a scope, and of the lines between them; `begin` is the scope's first byte."""
    start = scope.start_byte if begin is None else begin
    comment: int | None = None
    for node in scope.named_children:
        if node.type in _COMMENTS:
            comment = node.start_byte if comment is None else comment
            continue
        definition = _definition(node)
        name = _name(definition) if definition is not None else ""
        if definition is not None and name:
            first = source.line_start(node.start_byte if comment is None else comment)
            if first >= start:  # what shares a line with the one before (minified code) is not cut
                yield from _section(source, start, first, path)
                yield from _defined(definition, source, first, (*path, name))
                start = node.end_byte
        comment = None
    yield from _section(source, start, scope.end_byte, path)


def _defined(node: Node, source: Source, first: int, path: tuple[str, ...]) -> Iterator[Section]:
    body = next((child for child in node.named_children if child.type in _BODIES), None)
    if node.type in _CLASSES and body is not None and len(path) < _MOST_NESTING:
        yield from _sections(body, source, path, begin=first)
    else:
        yield from _section(source, first, node.end_byte, path)


def _section(source: Source, start: int, end: int, path: tuple[str, ...]) -> Iterator[Section]:
    text = source.data[start:end].decode(errors="replace")
    if any(character.isalnum() for character in text):
        blank = len(text) - len(text.lstrip("\n\r;} \t"))
        lead = text.rfind("\n", 0, blank) + 1
        yield Section(text[lead:].rstrip(), path, line=source.line(start) + text.count("\n", 0, lead))


def _definition(node: Node) -> Node | None:
    """The definition that a statement is or wraps (decorators, `export`)."""
    if node.type in _WRAPPERS:
        return next((inner for child in node.named_children if (inner := _definition(child)) is not None), None)
    return node if node.type in _DEFINITIONS else None


def _name(node: Node) -> str:
    """Name of a definition; empty for a plain variable, which is no section of its own."""
    named = node.child_by_field_name("name")
    if named is None:
        named = next((_inner_name(child) for child in node.named_children), None)
    return named.text.decode(errors="replace") if named is not None and named.text is not None else ""


def _inner_name(child: Node) -> Node | None:
    """`const f = () => ...` in JavaScript, `type T struct` in Go: the name stands one level down."""
    value = child.child_by_field_name("value")
    if child.type == "variable_declarator" and (value is None or "function" not in value.type):
        return None
    return child.child_by_field_name("name")
