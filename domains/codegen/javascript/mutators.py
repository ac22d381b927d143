"""Small changes of a module as replaced pieces of text: operators, conditions, literals, calls, statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from domains.codegen.engine.trees import text

_OPERATORS = {
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",), "**": ("*",), "<": ("<=", ">="), "<=": ("<", ">"),
    ">": (">=", "<="), ">=": (">", "<"), "===": ("!==",), "!==": ("===",), "==": ("!=",), "!=": ("==",), "&&": ("||",),
    "||": ("&&",),
    "??": ("&&",), "<<": (">>",), ">>": ("<<",), "&": ("|",), "|": ("&",), "^": ("&",),
}  # fmt: skip
_ASSIGNING = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "%=": "*=", "&&=": "||=", "||=": "&&=", "??=": "&&="}
_CALLS = {
    "startsWith": "endsWith", "endsWith": "startsWith", "toUpperCase": "toLowerCase", "toLowerCase": "toUpperCase",
    "some": "every", "every": "some", "min": "max", "max": "min",
    "floor": "ceil", "ceil": "floor", "trimStart": "trimEnd",
    "trimEnd": "trimStart", "indexOf": "lastIndexOf",
}  # fmt: skip
_REMOVED = {"trim", "sort", "reverse", "filter", "slice", "charAt", "substring", "substr"}
_CONDITIONED = {"if_statement", "while_statement", "do_statement", "ternary_expression", "for_statement"}
_QUIET = {"import_statement", "comment", "type_annotation", "type_alias_declaration", "interface_declaration"}
_MOST = 400


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change: characters from `start` to `end` (counted in UTF-16, as JavaScript does) become `text`."""

    line: int
    start: int
    end: int
    text: str
    change: str


def mutants(source: str, root: Node) -> list[Mutant]:
    """Return the changes of a module in the order of the text; evenly chosen ones where there are too many."""
    places = Places(source)
    listed = list(dict.fromkeys(places.mutant(*found) for node in _living(root) for found in _changes(node)))
    if len(listed) <= _MOST:
        return listed
    step = len(listed) / _MOST
    return [listed[int(n * step)] for n in range(_MOST)]


class Places:
    """From tree-sitter's bytes to JavaScript's UTF-16 units."""

    def __init__(self, source: str) -> None:
        self._bytes = source.encode()
        self._plain = source.isascii()

    def mutant(self, start: int, end: int, replacement: str, line: int) -> Mutant:
        """Return a change of bytes as one of units."""
        old = self._bytes[start:end].decode("utf-8", "replace")
        return Mutant(
            line, self._units(start), self._units(end), replacement, f"{_short(old)} -> {_short(replacement)}"
        )

    def _units(self, at: int) -> int:
        return at if self._plain else len(self._bytes[:at].decode("utf-8", "replace").encode("utf-16-le")) // 2


def _short(code: str) -> str:
    plain = re.sub(r"\s+", " ", code)
    return (plain if len(plain) <= 40 else plain[:37] + "...") or "(removed)"


_Change = tuple[int, int, str, int]


def _living(root: Node) -> Iterator[Node]:
    """Yield nodes whose change can show: no types, no imports, no `use strict`, no exports' lists."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in _QUIET or "type" in node.type.split("_")[-1:]:
            continue
        if node.type == "assignment_expression" and re.match(r"(module\.)?exports\b", text(node)):
            right = node.child_by_field_name("right")
            if right is None or right.type in {"object", "identifier"}:
                continue
        yield node
        waiting += reversed(node.children)


def _changes(node: Node) -> Iterator[_Change]:
    maker = _MAKERS.get(node.type)
    if maker is not None:
        yield from maker(node)
    if node.type in _CONDITIONED:
        yield from _condition(node)


def _to(node: Node, replacement: str) -> _Change:
    return (node.start_byte, node.end_byte, replacement, node.start_point[0] + 1)


def _binary(node: Node) -> Iterator[_Change]:
    sign = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if sign is None or left is None or right is None:
        return
    if text(sign) == "+" and {"string", "template_string"} & {left.type, right.type}:
        return  # texts have no difference
    for other in _OPERATORS.get(text(sign), ()):
        yield _to(sign, other)
    if text(sign) in {"&&", "||"} and left.type != "string":
        yield _to(node, text(left))
        yield _to(node, text(right))


def _assignment(node: Node) -> Iterator[_Change]:
    sign = node.child_by_field_name("operator")
    if sign is not None and text(sign) in _ASSIGNING:
        yield _to(sign, _ASSIGNING[text(sign)])


def _unary(node: Node) -> Iterator[_Change]:
    inner, sign = node.child_by_field_name("argument"), text(node.child_by_field_name("operator"))
    if inner is not None and sign in {"-", "!", "~", "+"}:
        yield _to(node, f" {text(inner)}")


def _update(node: Node) -> Iterator[_Change]:
    sign = node.child_by_field_name("operator")
    if sign is not None:
        yield _to(sign, "--" if text(sign) == "++" else "++")


def _condition(node: Node) -> Iterator[_Change]:
    condition = node.child_by_field_name("condition")
    if condition is None or (not condition.named_children and condition.type in {";", "empty_statement"}):
        return
    wrapped = condition.type == "parenthesized_expression"
    if node.type in {"if_statement", "ternary_expression"}:
        yield _to(condition, "(true)" if wrapped else "true")
    yield _to(condition, "(false)" if wrapped else "false;" if condition.type == "expression_statement" else "false")


def _boolean(node: Node) -> Iterator[_Change]:
    yield _to(node, "false" if node.type == "true" else "true")


def _number(node: Node) -> Iterator[_Change]:
    written = text(node)
    if re.fullmatch(r"\d+(\.\d+)?", written):
        number = float(written) if "." in written else int(written)
        yield _to(node, str(number + 1))
        if number not in {0, 1}:
            yield _to(node, str(number - 1))
        elif number == 1:
            yield _to(node, "0")


def _string(node: Node) -> Iterator[_Change]:
    above = node.parent
    if above is None or above.type in {"import_specifier", "export_statement", "literal_type"}:
        return
    if above.type == "pair" and above.child_by_field_name("key") == node:
        return
    if above.type == "expression_statement" or (
        above.type == "arguments" and text(above.parent).startswith("require(")
    ):
        return
    yield _to(node, '"changed"' if node.named_child_count == 0 else '""')


def _template(node: Node) -> Iterator[_Change]:
    if len(text(node)) > 2:
        yield _to(node, '""')


def _array(node: Node) -> Iterator[_Change]:
    if node.named_child_count:
        yield _to(node, "[]")
    elif node.parent is not None and node.parent.type in {"variable_declarator", "return_statement", "arguments"}:
        yield _to(node, '["changed"]')


def _object(node: Node) -> Iterator[_Change]:
    if node.named_child_count:
        yield _to(node, "({})" if node.parent is not None and node.parent.type == "arrow_function" else "{}")


def _block(node: Node) -> Iterator[_Change]:
    if node.named_child_count:
        yield _to(node, "{}")


def _call(node: Node) -> Iterator[_Change]:
    function = node.child_by_field_name("function")
    if function is None or function.type != "member_expression":
        return
    name, owner = function.child_by_field_name("property"), function.child_by_field_name("object")
    if name is None or owner is None:
        return
    if text(name) in _CALLS:
        yield _to(name, _CALLS[text(name)])
    if text(name) in _REMOVED:
        yield _to(node, text(owner))


def _arrow(node: Node) -> Iterator[_Change]:
    body = node.child_by_field_name("body")
    if body is not None and body.type != "statement_block":
        yield _to(body, "undefined")


def _optional(node: Node) -> Iterator[_Change]:
    yield _to(node, "." if node.parent is not None and node.parent.type == "member_expression" else "")


def _case(node: Node) -> Iterator[_Change]:
    body = [child for child in node.named_children if child != node.child_by_field_name("value")]
    if body:
        yield (body[0].start_byte, body[-1].end_byte, ";", body[0].start_point[0] + 1)


def _return(node: Node) -> Iterator[_Change]:
    if node.named_child_count:
        yield _to(node, "return;")


def _regex(node: Node) -> Iterator[_Change]:
    pattern = text(node)
    for old, new in (
        ("^", ""),
        ("$", ""),
        ("+", ""),
        ("*", ""),
        ("\\d", "\\D"),
        ("\\w", "\\W"),
        ("\\s", "\\S"),
        ("[^", "["),
        ("?", ""),
    ):
        at = pattern.find(old)
        if (
            at >= 0
            and pattern[max(0, at - 1)] != "\\"
            and not (old == "^" and pattern[at - 1 : at] == "[")
            and pattern[max(0, at - 1)] != "("
        ):
            yield _to(node, pattern[:at] + new + pattern[at + len(old) :])


_MAKERS: dict[str, Callable[[Node], Iterator[_Change]]] = {
    "binary_expression": _binary, "augmented_assignment_expression": _assignment, "unary_expression": _unary,
    "update_expression": _update, "true": _boolean, "false": _boolean, "number": _number, "string": _string,
    "template_string": _template, "array": _array, "object": _object, "statement_block": _block,
    "call_expression": _call,
    "arrow_function": _arrow, "optional_chain": _optional, "switch_case": _case, "switch_default": _case,
    "return_statement": _return, "regex_pattern": _regex,
}  # fmt: skip
