"""Java source: classes, constants, what comments announce, and the examples in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import tree_sitter_java
from tree_sitter import Language, Node, Parser

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.trees import text, walk

_TYPES = {"class_declaration", "record_declaration", "enum_declaration", "interface_declaration"}
_TOKEN = re.compile(
    r'\s*(?:(-?\d+(?:\.\d+)?)[fFdDlL]?|"((?:[^"\\]|\\.)*)"|(true|false)\b|((?:new\s+)?[\w.]+(?:<\w*>)?)\s*\(|([\[{])|([\])}])|(,))'
)
_LISTS = ("asList", "of", "ArrayList<>", "ArrayList", "LinkedList<>")


@dataclass(frozen=True, slots=True)
class Example:
    """A documented call: the method's name, its arguments as plain values, and what it gives."""

    method: str
    arguments: tuple[object, ...]
    value: object


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read. `throws` are announced exceptions by method name; `classes` are full names."""

    root: Node
    package: str
    classes: tuple[str, ...]
    numbers: tuple[float, ...]
    texts: tuple[str, ...]
    examples: tuple[Example, ...]
    throws: dict[str, frozenset[str]]


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_java.language()))


def read(source: bytes) -> Source:
    """Parse and read a file. Raises SourceBroken with line and column (from 1) of the first error."""
    root = _parser().parse(source).root_node
    if root.has_error:
        place = next((node for node in walk(root) if node.is_error or node.is_missing), root)
        why = f"{place.type!r} is missing" if place.is_missing else f"unexpected {text(place).strip()[:40]!r}"
        raise SourceBroken(why, place.start_point[0] + 1, place.start_point[1] + 1)
    declared = next(
        (text(one.named_children[0]) for one in root.named_children if one.type == "package_declaration"), ""
    )
    names = [text(one.child_by_field_name("name")) for one in root.named_children if one.type in _TYPES]
    numbers, texts = _constants(root)
    comments = [(text(one), _documented(one)) for one in walk(root) if one.type in {"block_comment", "line_comment"}]
    throws = {
        name: frozenset(re.findall(r"@(?:throws|exception)\s+(\w+)", comment)) for comment, name in comments if name
    }
    examples = tuple(one for comment, _ in comments for one in examples_of(comment))
    return Source(
        root,
        declared,
        tuple(f"{declared}.{name}" if declared else name for name in names),
        numbers,
        texts,
        examples,
        throws,
    )


def _documented(comment: Node) -> str:
    below = comment.next_named_sibling
    return text(below.child_by_field_name("name")) if below is not None and below.type == "method_declaration" else ""


def _constants(root: Node) -> tuple[tuple[float, ...], tuple[str, ...]]:
    numbers: dict[float, None] = {}
    texts: dict[str, None] = {}
    for node in walk(root):
        written = text(node)
        if node.type in {"decimal_integer_literal", "decimal_floating_point_literal"}:
            plain = written.rstrip("lLfFdD").replace("_", "")
            if re.fullmatch(r"\d{1,9}(\.\d+)?", plain):
                numbers[float(plain)] = None
        elif node.type in {"string_literal", "character_literal"} and "\\" not in written and len(written) < 60:
            texts[written[1:-1]] = None
    return tuple(numbers)[:40], tuple(texts)[:40]


def examples_of(comment: str) -> Iterator[Example]:
    """Read `>>> f(1, 2)` with its value on the next line, or `f(1, 2) // => 3`, out of a comment."""
    lines = [re.sub(r"^\s*(?:/\*+|\*+(?!/)|//)?\s?", "", line).rstrip(" */") for line in comment.split("\n")]
    for n, line in enumerate(lines):
        found = re.match(r"\s*>>>\s*(?:[\w.]+\.)?(\w+)\((.*)\)\s*;?\s*$", line)
        wanted = lines[n + 1].strip() if n + 1 < len(lines) else ""
        inline = re.match(r"\s*(?:>>>\s*)?(?:[\w.]+\.)?(\w+)\((.*)\);?\s*(?://)?\s*(?:=>|->|==+|➞)\s*(.+)$", line)
        if inline is not None:
            found, wanted = inline, inline[3].strip()
        if found is None:
            continue
        try:
            yield Example(found[1], tuple(values(found[2])), values(wanted)[0])
        except (ValueError, IndexError):
            continue


def values(written: str) -> list[object]:
    """Read numbers, texts, true, false and lists of them, separated by commas. Raises ValueError for anything else."""
    stack: list[list[object]] = [[]]
    at = 0
    while at < len(written) and written[at:].strip():
        found = _TOKEN.match(written, at)
        if found is None:
            raise ValueError(written[at:])
        at = found.end()
        _take(found, stack)
        if not stack:
            raise ValueError(written)
    if len(stack) > 1:
        raise ValueError(written)
    return [_plain(one) for one in stack[0]]


def _take(found: re.Match[str], stack: list[list[object]]) -> None:
    number, quoted, truth, call, opened, closed, _ = found.groups()
    if number is not None:
        stack[-1].append(float(number))
    elif quoted is not None:
        stack[-1].append(quoted.replace('\\"', '"').replace("\\\\", "\\"))
    elif truth is not None:
        stack[-1].append(truth == "true")
    elif closed is not None:
        stack.pop()
    elif call is not None and not call.endswith(_LISTS):
        raise ValueError(call)
    elif call is not None or opened is not None:
        inner: list[object] = []
        stack[-1].append((call or "", inner))
        stack.append(inner)


def _plain(value: object) -> object:
    """Unwrap `new ArrayList<>(Arrays.asList(..))`: a list that holds one list made by a call."""
    if not isinstance(value, tuple):
        return value
    call, items = value
    if call.startswith("new ") and len(items) == 1 and isinstance(items[0], tuple):
        return _plain(items[0])
    return [_plain(one) for one in items]
