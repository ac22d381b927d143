"""Cuts the files of a repository into passages: definitions where a grammar reads the language, else windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from domains.codegen.coding import syntax
from domains.codegen.engine.trees import text

_LONGEST = 60
"""Lines of a passage; a definition beyond that is cut into its parts."""
_WINDOW = 40
_BODIES = {"block", "class_body", "interface_body", "enum_body", "statement_block", "object"}


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines `start` to `end` (from 1, inclusive) of a file; `names` are what it defines."""

    path: str
    start: int
    end: int
    text: str
    names: frozenset[str] = frozenset()

    @property
    def tokens(self) -> int:
        """About how many tokens it takes in a prompt."""
        return tokens_of(self.text) + 8


def tokens_of(source: str) -> int:
    """Estimate tokens: three bytes each, more than tokenisers of code need, so that the estimate is an upper one."""
    return len(source.encode("utf-8", "replace")) // 3 + 1


def cut(files: Mapping[str, str]) -> list[Passage]:
    """Cut files into passages, in order."""
    return [passage for path, source in files.items() for passage in _of_file(path, source)]


def _of_file(path: str, source: str) -> Iterator[Passage]:
    tree = syntax.root(path, source)
    lines = source.splitlines()
    spans = _windows(0, len(lines)) if tree is None else _spans(tree, len(lines))
    for start, end, names in spans:
        body = "\n".join(lines[start:end])
        if body.strip():
            yield Passage(path, start + 1, end, body, names)


def _spans(tree: Node, count: int) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield (first line, line after, names): small neighbours together, long ones in parts."""
    begin, names = 0, frozenset[str]()
    for node in _parts(tree):
        first, after = node.start_point[0], node.end_point[0] + 1
        if after - begin > _LONGEST and first > begin:
            yield from _named(begin, first, names)
            begin, names = first, frozenset()
        names |= _names(node)
    yield from _named(begin, count, names)


def _named(start: int, end: int, names: frozenset[str]) -> Iterator[tuple[int, int, frozenset[str]]]:
    return ((first, after, names) for first, after, _ in _windows(start, end, _LONGEST))


def _parts(tree: Node) -> Iterator[Node]:
    for node in tree.children:
        body = next((child for child in node.children if child.type in _BODIES), None)
        if node.end_point[0] - node.start_point[0] <= _LONGEST or body is None:
            yield node
        else:
            yield from body.children


def _names(node: Node) -> frozenset[str]:
    """Return what a definition defines, and its members."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        name = one.child_by_field_name("name")
        if name is not None and name.type.endswith("identifier"):
            found.add(text(name))
        if one is node or one.type in _BODIES or one.type.endswith(("declaration", "definition", "statement")):
            waiting += one.children
    return frozenset(found)


def _windows(start: int, end: int, size: int = _WINDOW) -> Iterator[tuple[int, int, frozenset[str]]]:
    return ((first, min(first + size, end), frozenset()) for first in range(start, end, size))
