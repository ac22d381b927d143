"""Parameters of functions: patterns, defaults, rests, and types as declared or documented."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from domains.codegen.engine.trees import text
from domains.codegen.javascript import terms
from domains.codegen.javascript.documentation import Doc
from domains.codegen.javascript.terms import ANY, Term
from domains.codegen.javascript.uses import uses


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its declared type, the source of its default, kinds that its uses suggest."""

    name: str
    type: Term | None
    default: str | None = None
    optional: bool = False
    rest: bool = False
    uses: tuple[str, ...] = ()


def parameters(node: Node, doc: Doc, names: dict[str, Node]) -> tuple[Parameter, ...]:
    """Read the parameters of a function. `names` are the types that the file itself declares."""
    single = node.child_by_field_name("parameter")
    listed = node.child_by_field_name("parameters")
    nodes = [single] if single is not None else [] if listed is None else listed.named_children
    body = text(node.child_by_field_name("body"))
    return tuple(
        _parameter(one, doc, names, body, n)
        for n, one in enumerate(nodes)
        if one.type != "comment" and text(one.child_by_field_name("pattern") or one) != "this"
    )


def _parameter(node: Node, doc: Doc, names: dict[str, Node], body: str, n: int) -> Parameter:
    pattern, default, optional = node, None, node.type == "optional_parameter"
    annotated = node.child_by_field_name("type")
    if node.type in {"required_parameter", "optional_parameter"}:
        pattern = node.child_by_field_name("pattern") or node
        default = node.child_by_field_name("value")
    if pattern.type == "assignment_pattern":
        default, pattern = pattern.child_by_field_name("right"), pattern.child_by_field_name("left") or pattern
    rest = pattern.type == "rest_pattern"
    if rest and pattern.named_children:
        pattern = pattern.named_children[0]
    name = text(pattern) if pattern.type == "identifier" else f"argument{n}"
    said = doc.parameters.get(name)
    term = (
        terms.read(annotated.named_children[0], names) if annotated is not None and annotated.named_children else None
    )
    if term is None and pattern.type == "object_pattern":
        term = _destructured(pattern)
    term = term or (said.type if said is not None else None)
    if rest and term is not None and term["k"] == "array":
        term = term["of"]
    missing = optional or default is not None or (said is not None and said.optional) or rest
    return Parameter(name, term, text(default) if default is not None else None, missing, rest, uses(name, body))


def _destructured(pattern: Node) -> Term:
    fields = []
    for child in pattern.named_children:
        inner = child.child_by_field_name("left") or child.child_by_field_name("key") or child
        optional = child.type == "object_assignment_pattern"
        if re.fullmatch(r"[\w$]+", text(inner)):
            fields.append({"name": text(inner), "type": ANY, "optional": optional})
    return {"k": "object", "fields": fields}
