"""Types of TypeScript and JSDoc as terms: what the search draws values from, and what a result is held to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tree_sitter import Node

from domains.codegen.engine.trees import text
from domains.codegen.javascript.parsing import type_node

Term = dict[str, Any]
ANY: Term = {"k": "any"}
_PLAIN = {"number", "string", "boolean", "bigint", "undefined", "null", "any", "unknown", "object"}
_NAMED = {
    "Date": "date", "RegExp": "regexp", "Function": "function", "Number": "number", "String": "string",
    "Boolean": "boolean", "Object": "object", "array": "array", "integer": "number", "int": "number", "float": "number",
    "function": "function", "bool": "boolean", "str": "string",
}  # fmt: skip
_LISTS = {"Array", "ReadonlyArray", "Iterable", "array"}
_DEEPEST = 6


def read(node: Node | None, names: Mapping[str, Node], depth: int = 0) -> Term:
    """Read a type. `names` are the types that the file itself declares."""
    if node is None or depth > _DEEPEST:
        return ANY
    reader = _READERS.get(node.type)
    return reader(node, names, depth + 1) if reader is not None else ANY


def documented(written: str, names: Mapping[str, Node]) -> Term:
    """Read a type as JSDoc writes it: `?string`, `number=`, `...number`, `Array.<T>`, `*`."""
    plain = written.strip().removesuffix("=").removeprefix("...").replace(".<", "<").replace("*", "any")
    missing = plain.startswith("?")
    plain = plain.removeprefix("?").removeprefix("!").strip()
    term = read(type_node(plain), names)
    return {"k": "union", "of": [term, {"k": "null"}]} if missing else term


def accepts(term: Term) -> frozenset[str] | None:
    """Return the kinds (as `typeof`, with array and null) of a result of this type; None when that is not plain."""
    kind = term["k"]
    if kind in {"number", "string", "boolean", "bigint", "undefined", "null", "array", "function"}:
        return frozenset({kind})
    if kind == "tuple":
        return frozenset({"array"})
    if kind == "literal":
        written = str(term["source"])
        if "kind" in term:
            return frozenset({str(term["kind"])})
        return frozenset(
            {"string" if written[:1] in "'\"`" else "boolean" if written in {"true", "false"} else "number"}
        )
    if kind == "union":
        parts = [accepts(part) for part in term["of"]]
        return None if None in parts else frozenset().union(*(part for part in parts if part is not None))
    return None


def _plain(node: Node, _names: Mapping[str, Node], _depth: int) -> Term:
    written = text(node)
    if written == "object":
        return {"k": "object", "fields": []}
    return {"k": written if written in _PLAIN and written != "unknown" else "undefined" if written == "void" else "any"}


def _named(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    written = text(node)
    if written in names:
        return _declared(names[written], names, depth)
    kind = _NAMED.get(written, "any")
    if kind == "array":
        return {"k": "array", "of": ANY}
    return {"k": "object", "fields": []} if kind == "object" else {"k": kind}


def _declared(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    if node.type == "type_alias_declaration":
        return read(node.child_by_field_name("value"), names, depth)
    if node.type == "interface_declaration":
        above = next((one for one in node.named_children if one.type == "extends_type_clause"), None)
        extended = [read(one, names, depth) for one in above.named_children] if above is not None else []
        return _together([*extended, read(node.child_by_field_name("body"), names, depth)])
    if node.type == "type_parameter":
        bound = node.child_by_field_name("constraint")
        return read(bound.named_children[0], names, depth) if bound is not None and bound.named_children else ANY
    return _members(node) if node.type == "enum_declaration" else ANY


def _together(parts: list[Term]) -> Term:
    """Join what objects have; where one of them is something else, that is what it is."""
    fields: dict[str, Term] = {}
    for part in parts:
        if part["k"] != "object":
            return part
        fields |= {field["name"]: field for field in part["fields"]}
    return {"k": "object", "fields": list(fields.values())}


def offered(node: Node) -> bool:
    """Whether a declaration is an enumeration that a test can import: its members have names there."""
    return node.type == "enum_declaration" and node.parent is not None and node.parent.type == "export_statement"


def _members(node: Node) -> Term:
    """Read an enumeration: its members by name where tests can import them, else its texts, or a number."""
    body = node.child_by_field_name("body")
    listed = body.named_children if body is not None else []
    values = [child.child_by_field_name("value") for child in listed]
    texts = [value is not None and value.type == "string" for value in values]
    if offered(node) and listed:
        names = [text(child.child_by_field_name("name") or child) for child in listed]
        owner = text(node.child_by_field_name("name"))
        return {"k": "union", "of": [
            {"k": "literal", "source": f"{owner}.{name}", "kind": "string" if is_text else "number"}
            for name, is_text in zip(names, texts, strict=True) if name.isidentifier()
        ]}  # fmt: skip
    if not any(texts):
        return {"k": "number"}
    literals = [{"k": "literal", "source": text(value)} for value in values]
    return {"k": "union", "of": literals} if all(texts) else ANY


def _generic(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    name = text(node.child_by_field_name("name"))
    listed = node.child_by_field_name("type_arguments")
    given = [read(child, names, depth) for child in listed.named_children] if listed is not None else []
    first = given[0] if given else ANY
    if name in _LISTS:
        return {"k": "array", "of": first}
    if name == "Map":
        return {"k": "map", "key": first, "of": given[-1] if given else ANY}
    if name in {"Set", "Promise"}:
        return {"k": name.lower(), "of": first}
    keys = _keys(given[0]) if name == "Record" and given else []
    if keys:
        return {"k": "object", "fields": [{"name": key, "type": given[-1], "optional": False} for key in keys]}
    if name in {"Record", "Object"}:
        return {"k": "record", "of": given[-1] if given else ANY}
    if name == "Partial" and first["k"] == "object":
        return {**first, "fields": [{**field, "optional": True} for field in first["fields"]]}
    return first if name in {"Readonly", "Required", "NonNullable", "Partial"} else ANY


def _keys(term: Term) -> list[str]:
    """Return the keys that a union of texts names; empty where it names none."""
    parts = term["of"] if term["k"] == "union" else [term]
    plain = [str(part.get("source", "")) for part in parts if part["k"] == "literal"]
    return [one[1:-1] for one in plain] if len(plain) == len(parts) and all(p[:1] in "'\"" for p in plain) else []


def _key_of(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    """Read `keyof T`: a key that `T` has, or any text."""
    held = read(node.named_children[0], names, depth) if node.named_children else ANY
    keys = [field["name"] for field in held["fields"]] if held["k"] == "object" else []
    return (
        {"k": "union", "of": [{"k": "literal", "source": json.dumps(key)} for key in keys]} if keys else {"k": "string"}
    )


def _intersection(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    return _together([read(child, names, depth) for child in node.named_children])


def _array(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    return {"k": "array", "of": read(node.named_children[0], names, depth)}


def _tuple(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    return {"k": "tuple", "of": [read(child, names, depth) for child in node.named_children]}


def _union(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    parts: list[Term] = []
    for child in node.named_children:
        part = read(child, names, depth)
        parts += part["of"] if part["k"] == "union" else [part]
    return {"k": "union", "of": parts}


def _literal(node: Node, _names: Mapping[str, Node], _depth: int) -> Term:
    written = text(node)
    return {"k": written} if written in {"null", "undefined"} else {"k": "literal", "source": written}


def _fields(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    fields = []
    for child in node.named_children:
        if child.type == "index_signature":
            return {"k": "record", "of": _annotated(child, names, depth)}
        if child.type == "property_signature":
            name = text(child.child_by_field_name("name")).strip("'\"")
            optional = any(part.type == "?" for part in child.children)
            fields.append({"name": name, "type": _annotated(child, names, depth), "optional": optional})
    return {"k": "object", "fields": fields}


def _annotated(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    kind = node.child_by_field_name("type")
    return read(kind.named_children[0], names, depth) if kind is not None and kind.named_children else ANY


def _inner(node: Node, names: Mapping[str, Node], depth: int) -> Term:
    return read(node.named_children[0], names, depth) if node.named_children else ANY


def _function(_node: Node, _names: Mapping[str, Node], _depth: int) -> Term:
    return {"k": "function"}


_READERS: dict[str, Callable[[Node, Mapping[str, Node], int], Term]] = {
    "predefined_type": _plain, "type_identifier": _named, "generic_type": _generic, "array_type": _array,
    "tuple_type": _tuple, "union_type": _union, "literal_type": _literal, "object_type": _fields,
    "interface_body": _fields, "parenthesized_type": _inner, "readonly_type": _inner, "function_type": _function,
    "intersection_type": _intersection, "index_type_query": _key_of, "optional_type": _inner,
}  # fmt: skip

_JSDOC_TYPE = re.compile(r"\{((?:[^{}]|\{[^{}]*\})*)\}")


def first_braces(written: str) -> tuple[str, str]:
    """Split `{type} rest`; the type is empty when there is none."""
    found = _JSDOC_TYPE.match(written.strip())
    return (found[1], written.strip()[found.end() :].strip()) if found is not None else ("", written.strip())
