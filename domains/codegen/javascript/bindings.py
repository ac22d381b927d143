"""What a file of JavaScript binds: names that imports bring in, and names that it declares itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from tree_sitter import Node as Syntax

from domains.codegen.engine.trees import text, walk

WHOLE, DEFAULT = "*", "default"
_DECLARATIONS = {
    "variable_declarator", "function_declaration", "class_declaration", "generator_function_declaration",
}  # fmt: skip
_PARAMETERS = {"formal_parameters", "object_pattern", "array_pattern"}


@dataclass(frozen=True, slots=True)
class Binding:
    """A name that an import brings in: `name` is that in the module, `*` for all of it, `default` for its default.

    `clause` are the braces that hold it, which others may join.
    """

    module: str
    name: str
    local: str
    clause: Syntax | None
    statement: Syntax
    required: bool


def bindings(root: Syntax) -> Iterator[Binding]:
    """Yield what the imports at the top of a file bind; an import that binds nothing has an empty name."""
    for statement in root.named_children:
        if statement.type == "import_statement":
            yield from _imported(statement)
        elif statement.type in {"lexical_declaration", "variable_declaration"}:
            for declarator in statement.named_children:
                yield from _required(declarator, statement)


def of_module(module: str, test: str, target: str) -> bool:
    """Whether what a test file imports as `module` is the file `target`; paths are relative to the project."""
    if not module.startswith("."):
        return False
    found = posixpath.normpath(posixpath.join(posixpath.dirname(test), module))
    place = PurePosixPath(target)
    names = {target, str(place.with_suffix(""))} | ({str(place.parent)} if place.stem == "index" else set())
    return found in names


def path_to(target: str, folder: str) -> str:
    """Write how a file in `folder` imports the file `target`."""
    place = PurePosixPath(target)
    ending = place.suffix not in {".js", ".jsx", ".ts", ".tsx"}
    found = posixpath.relpath(target if ending else str(place.with_suffix("")), folder or ".")
    return found if found.startswith(".") else f"./{found}"


def declared(root: Syntax) -> frozenset[str]:
    """Return every name that a file gives a meaning, at whatever depth."""
    found = {one.local for one in bindings(root)}
    for node in walk(root):
        name = node.child_by_field_name("name")
        if node.type in _DECLARATIONS:
            found |= set(_names(name)) if name is not None else set()
        elif node.type in _PARAMETERS:
            found |= set(_names(node))
    return frozenset(found)


def at_top(root: Syntax) -> frozenset[str]:
    """Return the names that a file declares at its top."""
    found: set[str] = set()
    for statement in root.named_children:
        parts = [statement, *(one for one in statement.named_children if one.type == "variable_declarator")]
        names = (one.child_by_field_name("name") for one in parts if one.type in _DECLARATIONS)
        found |= {name for pattern in names if pattern is not None for name in _names(pattern)}
    return frozenset(found)


def _names(pattern: Syntax) -> Iterator[str]:
    for node in walk(pattern):
        if node.type in {"identifier", "type_identifier", "shorthand_property_identifier_pattern"}:
            yield text(node)


def _imported(statement: Syntax) -> Iterator[Binding]:
    module = _quoted(statement.child_by_field_name("source"))
    clause = next((one for one in statement.named_children if one.type == "import_clause"), None)
    of_types = any(child.type == "type" for child in statement.children)
    if clause is None or of_types:
        yield Binding(module, "", "", None, statement, required=False)
        return
    for one in clause.named_children:
        if one.type == "identifier":
            yield Binding(module, DEFAULT, text(one), None, statement, required=False)
        elif one.type == "namespace_import":
            yield Binding(module, WHOLE, text(one.named_children[0]), None, statement, required=False)
        elif one.type == "named_imports":
            if not one.named_children:
                yield Binding(module, "", "", one, statement, required=False)
            for specifier in (child for child in one.named_children if child.type == "import_specifier"):
                name = text(specifier.child_by_field_name("name"))
                local = text(specifier.child_by_field_name("alias")) or name
                yield Binding(module, name, local, one, statement, required=False)


def _required(declarator: Syntax, statement: Syntax) -> Iterator[Binding]:
    if declarator.type != "variable_declarator":
        return
    name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
    part = ""
    if value is not None and value.type == "member_expression":
        part, value = text(value.child_by_field_name("property")), value.child_by_field_name("object")
    if name is None or value is None or text(value.child_by_field_name("function")) != "require":
        return
    arguments = value.child_by_field_name("arguments")
    module = _quoted(arguments.named_children[0]) if arguments is not None and arguments.named_children else ""
    if name.type == "identifier":
        yield Binding(module, part or WHOLE, text(name), None, statement, required=True)
    elif name.type == "object_pattern" and not part:
        for one in name.named_children:
            if one.type == "pair_pattern":
                key, local = text(one.child_by_field_name("key")), text(one.child_by_field_name("value"))
                yield Binding(module, key, local, name, statement, required=True)
            elif one.type == "shorthand_property_identifier_pattern":
                yield Binding(module, text(one), text(one), name, statement, required=True)


def _quoted(node: Syntax | None) -> str:
    return text(node).strip("'\"`")
