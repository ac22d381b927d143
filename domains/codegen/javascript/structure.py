"""What a module offers: exported functions and classes, their parameters, and the comments above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tree_sitter import Node

from domains.codegen.engine.trees import text
from domains.codegen.javascript import terms
from domains.codegen.javascript.documentation import Doc, read_doc
from domains.codegen.javascript.parameters import Parameter, parameters
from domains.codegen.javascript.terms import Term

Kind = Literal["call", "class", "method", "get"]
FUNCTIONS = {
    "function_declaration", "generator_function_declaration", "arrow_function", "function_expression", "function",
    "generator_function", "method_definition",
}  # fmt: skip
_CLASSES = {"class_declaration", "class", "abstract_class_declaration"}
_TYPES = {"type_alias_declaration", "interface_declaration", "enum_declaration"}
ENUM = "enum_declaration"
WHOLE, DEFAULT = "*", "default"
_JEST = frozenset(
    {
        "describe", "test", "it", "expect", "jest", "beforeEach", "afterEach", "beforeAll", "afterAll", "fdescribe",
        "fit", "xdescribe", "xit", "xtest", "require", "module", "exports",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Something to call. `callee` finds it in the module's exports, `shown` is how a test writes it.

    For a method and a property `callee` is its own name and `owner` the symbol of its class; a class is its
    constructor.
    `helper` targets are called on the way, but not tested.
    """

    symbol: str
    kind: Kind
    callee: str
    shown: str
    parameters: tuple[Parameter, ...]
    returns: Term | None
    doc: Doc
    start: int
    end: int
    owner: str = ""
    helper: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """A name that tests import: `way` is its own name, `*` for the whole of module.exports, or `default`."""

    name: str
    way: str
    node: Node
    comment: Node

    @property
    def local(self) -> str:
        """What a test calls it: its name, unless Jest has given that to something of its own."""
        return f"{self.name}Given" if self.name in _JEST else self.name


@dataclass(frozen=True, slots=True)
class Structure:
    """A module's targets. `modern` says that it is written with import and export; `locals` are its top-level names."""

    targets: tuple[Target, ...]
    exports: tuple[Export, ...]
    modern: bool
    unexported: tuple[str, ...]


def read(root: Node, stem: str) -> Structure:
    """Read a parsed module; `stem` names what it exports without a name."""
    statements = list(root.named_children)
    definitions = dict(_definitions(statements))
    names = {text(node.child_by_field_name("name")): node for node in _types(statements)}
    exports = list({one.name: one for one in [*_exports(statements, definitions, stem), *_enums(names)]}.values())
    targets = [target for export in exports for target in _targets(export, names)]
    modern = any(statement.type in {"import_statement", "export_statement"} for statement in statements)
    offered = {text(one.node.child_by_field_name("name")) or one.name for one in exports} | {
        one.name for one in exports
    }
    return Structure(tuple(targets), tuple(exports), modern, tuple(name for name in definitions if name not in offered))


def _enums(names: dict[str, Node]) -> Iterator[Export]:
    """Yield enumerations that tests can import: their values name members of them."""
    for name, node in names.items():
        if terms.offered(node):
            yield Export(name, name, node, node)


def _types(statements: list[Node]) -> Iterator[Node]:
    for statement in statements:
        inner = statement.child_by_field_name("declaration") if statement.type == "export_statement" else statement
        if inner is not None and inner.type in _TYPES:
            yield inner


def _definitions(statements: list[Node]) -> Iterator[tuple[str, tuple[Node, Node]]]:
    """Yield (name, (function, class or object; the statement whose comment tells about it))."""
    for statement in statements:
        inner = statement.child_by_field_name("declaration") if statement.type == "export_statement" else statement
        if inner is None:
            continue
        if inner.type in FUNCTIONS | _CLASSES:
            yield text(inner.child_by_field_name("name")), (inner, statement)
        elif inner.type in {"lexical_declaration", "variable_declaration"}:
            for declarator in inner.named_children:
                value = declarator.child_by_field_name("value")
                if value is not None and value.type in FUNCTIONS | _CLASSES | {"object"}:
                    yield text(declarator.child_by_field_name("name")), (value, statement)


def _exports(statements: list[Node], known: dict[str, tuple[Node, Node]], stem: str) -> Iterator[Export]:
    for statement in statements:
        if statement.type == "export_statement":
            yield from _modern(statement, known, stem)
        elif statement.type == "expression_statement" and statement.named_children:
            assigned = statement.named_children[0]
            if assigned.type == "assignment_expression":
                yield from _classic(assigned, statement, known, stem)


def _modern(statement: Node, known: dict[str, tuple[Node, Node]], stem: str) -> Iterator[Export]:
    default = any(child.type == "default" for child in statement.children)
    declared = statement.child_by_field_name("declaration")
    value = statement.child_by_field_name("value")
    node = declared or value
    if default and node is not None:
        name = text(node.child_by_field_name("name")) or (text(node) if node.type == "identifier" else stem)
        found = known.get(text(node), (node, statement)) if node.type == "identifier" else (node, statement)
        yield Export(name, DEFAULT, *found)
    elif declared is not None:
        for name, found in _definitions([statement]):
            yield Export(name, name, *found)
    for clause in (child for child in statement.named_children if child.type == "export_clause"):
        if statement.child_by_field_name("source") is not None:
            continue
        for specifier in clause.named_children:
            local = text(specifier.child_by_field_name("name"))
            public = text(specifier.child_by_field_name("alias")) or local
            if local in known:
                yield Export(local if public == "default" else public, public, *known[local])


def _classic(assigned: Node, statement: Node, known: dict[str, tuple[Node, Node]], stem: str) -> Iterator[Export]:
    left, right = text(assigned.child_by_field_name("left")), assigned.child_by_field_name("right")
    if right is None:
        return
    one = re.fullmatch(r"(?:module\.)?exports\.([\w$]+)", left)
    if one is not None:
        found = known.get(text(right)) or ((right, statement) if right.type in FUNCTIONS | _CLASSES else None)
        if found is not None:
            yield Export(one[1], one[1], *found)
    elif left == "module.exports" and right.type == "object":
        yield from _members(right, known)
    elif left == "module.exports":
        found = known.get(text(right), (right, statement))
        if found[0].type == "object":
            yield from _members(found[0], known)
        elif found[0].type in FUNCTIONS | _CLASSES:
            name = text(right) if right.type == "identifier" else text(right.child_by_field_name("name")) or stem
            yield Export(name, WHOLE, *found)


def _members(node: Node, known: dict[str, tuple[Node, Node]]) -> Iterator[Export]:
    """Yield the functions and classes of an object: `{ a, b: c, d() {}, e: () => 1 }`."""
    for child in node.named_children:
        if child.type == "shorthand_property_identifier" and text(child) in known:
            yield Export(text(child), text(child), *known[text(child)])
        elif child.type == "method_definition":
            name = text(child.child_by_field_name("name"))
            yield Export(name, name, child, child)
        elif child.type == "pair":
            name, value = text(child.child_by_field_name("key")).strip("'\""), child.child_by_field_name("value")
            if value is not None and text(value) in known:
                yield Export(name, name, *known[text(value)])
            elif value is not None and value.type in FUNCTIONS | _CLASSES:
                yield Export(name, name, value, child)


def _targets(export: Export, names: dict[str, Node]) -> Iterator[Target]:
    doc = read_doc(_comment(export.comment), names)
    if export.node.type in _CLASSES:
        yield from _class(export, doc, names)
    elif export.node.type == "object":
        for member in _members(export.node, {}):
            inner = read_doc(_comment(member.comment), names)
            path = (
                f"{export.name}.{member.name}",
                "call",
                f"{export.way}.{member.name}",
                f"{export.local}.{member.name}",
            )
            yield _function(path, member.node, inner, names)
    elif export.node.type in FUNCTIONS:
        yield _function((export.name, "call", export.way, export.local), export.node, doc, names)


def _class(export: Export, doc: Doc, names: dict[str, Node]) -> Iterator[Target]:
    body = export.node.child_by_field_name("body")
    members = [] if body is None else [child for child in body.named_children if child.type == "method_definition"]
    built = next((one for one in members if text(one.child_by_field_name("name")) == "constructor"), None)
    abstract = export.node.type == "abstract_class_declaration"
    if not abstract:
        path = (export.name, "class", export.way, export.local)
        own = read_doc(_comment(built), names) if built is not None else doc
        yield _function(path, built or export.node, own, names, has_parameters=built is not None)
    for member in members:
        name = text(member.child_by_field_name("name"))
        words = {child.type for child in member.children} | {
            text(c) for c in member.children if c.type == "accessibility_modifier"
        }
        if (
            name == "constructor"
            or not re.fullmatch(r"[A-Za-z$][\w$]*", name)
            or words & {"set", "private", "protected"}
        ):
            continue
        inner = read_doc(_comment(member), names)
        symbol = f"{export.name}.{name}"
        if "static" in words:
            yield _function((symbol, "call", f"{export.way}.{name}", f"{export.local}.{name}"), member, inner, names)
        elif not abstract:
            kind = "get" if "get" in words else "method"
            yield _function((symbol, kind, name, name), member, inner, names, owner=export.name)


def _function(
    path: tuple[str, Kind | str, str, str], node: Node, doc: Doc, names: dict[str, Node], *, owner: str = "",
    has_parameters: bool = True,
) -> Target:  # fmt: skip
    symbol, kind, callee, shown = path
    names = {**names, **_variables(node)}
    listed = parameters(node, doc, names) if has_parameters else ()
    annotated = node.child_by_field_name("return_type")
    returns = (
        terms.read(annotated.named_children[0], names)
        if annotated is not None and annotated.named_children
        else doc.returns
    )
    if any(child.type in {"async", "*"} for child in node.children) or node.type.startswith("generator"):
        returns = None
    return Target(symbol, kind, callee, shown, listed, returns, doc, node.start_byte, node.end_byte, owner)  # type: ignore[arg-type]


def _variables(node: Node) -> dict[str, Node]:
    """Return type variables that a function sees: its own, and those of its class."""
    found: dict[str, Node] = {}
    above: Node | None = node
    while above is not None:
        listed = above.child_by_field_name("type_parameters")
        for one in listed.named_children if listed is not None else ():
            found.setdefault(text(one.child_by_field_name("name")), one)
        above = above.parent
    return found


def _comment(node: Node | None) -> str:
    """Return the comment right above a node."""
    lines: list[str] = []
    above = node.prev_sibling if node is not None else None
    while above is not None and above.type in {"comment", "decorator"}:
        lines.insert(0, text(above))
        above = above.prev_sibling
    return "\n".join(lines)
