"""What a comment says: JSDoc types, exceptions and when they come, and examples with what they give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from domains.codegen.engine.prose import Bounds, bounds
from domains.codegen.engine.trees import text
from domains.codegen.javascript import terms
from domains.codegen.javascript.parsing import expression
from domains.codegen.javascript.terms import Term

_LITERAL = {
    "number", "string", "string_fragment", "true", "false", "null", "undefined", "array", "object", "pair",
    "escape_sequence",
    "property_identifier", "unary_expression", "regex", "regex_pattern", "regex_flags", "comment",
}  # fmt: skip
_ARROW = re.compile(r"(?:\s*;)?\s*(?://|/\*)?\s*(?:=>|->|→|===?|[Rr]eturns?:?|gives|\u27f6)\s*")
_COMMENTED = re.compile(r"\s*;?\s*//\s*")
_THROWS = re.compile(r"^[Tt]hrows?:?\s+(?:an?\s+)?\{?(\w*Error)\b")


@dataclass(frozen=True, slots=True)
class Said:
    """A documented parameter."""

    type: Term | None
    optional: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A documented call, and the source of its value or the name of its exception."""

    call: str
    value: str | None
    raises: str | None


@dataclass(frozen=True, slots=True)
class Doc:
    """A comment's content. `throws` are (exception, when)."""

    parameters: Mapping[str, Said] = field(default_factory=dict)
    returns: Term | None = None
    throws: tuple[tuple[str, str], ...] = ()
    examples: tuple[Example, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)


def read_doc(comment: str, names: Mapping[str, Node]) -> Doc:
    """Read the comment above something."""
    if not comment:
        return Doc()
    plain = _stripped(comment)
    parameters: dict[str, Said] = {}
    returns, throws = None, []
    for tag, rest in re.findall(r"^\s*@(\w+)\s+((?:.|\n(?!\s*@))*)", plain, re.MULTILINE):
        written, after = terms.first_braces(rest)
        if tag in {"param", "arg", "argument"}:
            name = re.match(r"\[?\s*([\w$.]+)", after)
            if name is not None and "." not in name[1]:
                optional = after.startswith("[") or written.endswith("=")
                parameters[name[1]] = Said(terms.documented(written, names) if written else None, optional)
        elif tag in {"returns", "return"} and written:
            returns = terms.documented(written, names)
        elif tag in {"throws", "exception"}:
            kind = written or after.split(" ")[0]
            throws.append((kind.strip(), after))
    return Doc(parameters, returns, tuple(throws), tuple(_examples(plain)), bounds(plain))


def _stripped(comment: str) -> str:
    lines = [re.sub(r"^\s*(?:/\*+|\*+/|//+|\*(?!/)\s?)", "", line) for line in comment.split("\n")]
    return "\n".join(re.sub(r"\s*\*+/\s*$", "", line) for line in lines)


def _examples(plain: str) -> Iterator[Example]:
    lines = plain.split("\n")
    for n, line in enumerate(lines):
        asked = re.match(r"\s*(?:>>>|>)\s*(.+)", line)
        if asked is not None:
            found = _session(asked[1], lines[n + 1 :])
        else:
            found = _inline(line, lines[n + 1] if n + 1 < len(lines) else "")
        if found is not None:
            yield found


def _session(call: str, after: list[str]) -> Example | None:
    """Read `>>> f(1)` with its value on the same line or the next ones."""
    inline = _inline(call, "")
    if inline is not None:
        return inline
    if not _is_call(call.strip().rstrip(";")):
        return None
    given: list[str] = []
    for line in after:
        if not line.strip() or line.strip().startswith((">>>", "@")):
            break
        given.append(line.strip())
    value = " ".join(given).rstrip(";")
    return Example(call.strip().rstrip(";"), value, None) if _is_literal(value) else None


def _inline(line: str, following: str) -> Example | None:
    """Read `f(1, 2) // => 3`, `f(1) === 3`, `f(0) // throws RangeError`, or a comment with it on the next line."""
    end = _end_of_call(line)
    if end is None:
        return None
    call, rest = line[:end].strip(), line[end:]
    if not rest.strip(" ;") and following.strip().startswith("//"):
        rest = following
    told = _COMMENTED.sub("", rest, count=1).strip() if _COMMENTED.match(rest) else rest.strip()
    thrown = _THROWS.match(told)
    if thrown is not None:
        return Example(call, None, thrown[1])
    commented = _COMMENTED.match(rest) is not None
    arrow = _ARROW.match(told)
    value = told[arrow.end() :] if arrow is not None else told if commented else ""
    value = value.strip().rstrip(";.").strip()
    return Example(call, value, None) if value and _is_literal(value) else None


def _end_of_call(line: str) -> int | None:
    """Where a call that begins the line ends; None when none does."""
    start = re.match(r"\s*(?:await\s+)?(?:new\s+)?[A-Za-z_$][\w$.]*\(", line)
    if start is None:
        return None
    depth, quote = 0, ""
    for at in range(start.end() - 1, len(line)):
        sign = line[at]
        if quote:
            quote = "" if sign == quote and line[at - 1] != "\\" else quote
        elif sign in "'\"`":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth == 0:
                return at + 1 if _is_call(line[: at + 1].strip()) else None
    return None


def _is_call(written: str) -> bool:
    node = expression(written)
    return node is not None and node.type == "call_expression"


def _is_literal(written: str) -> bool:
    node = expression(written) if written else None
    if node is None:
        return False
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.is_named and one.type not in _LITERAL and text(one) not in {"NaN", "Infinity", "undefined"}:
            return False
        waiting += one.children
    return True
