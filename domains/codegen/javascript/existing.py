"""A Jest file that is there, read: its blocks and tests, the calls it makes, what it imports, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from tree_sitter import Node as Syntax

from domains.codegen.engine.errors import OtherFramework, SourceBroken
from domains.codegen.engine.handed import handed
from domains.codegen.engine.trees import text, walk
from domains.codegen.engine.types import Options, Project
from domains.codegen.javascript.bindings import Binding, at_top, bindings, declared
from domains.codegen.javascript.judging import Case
from domains.codegen.javascript.parsing import TEXTS, expression, grammar_of, parse, spelled
from domains.codegen.javascript.structure import Structure

_GROUPS = re.compile(r"(?:x|f)?(describe|it|test)(?![\w$])")
_ALONE = re.compile(r"^(?:fit|fdescribe|(?:it|test|describe)\.only)\b")
_JEST = "@jest/globals"
_FRAMEWORKS = {
    "vitest": "Vitest", "mocha": "Mocha", "chai": "Chai", "ava": "AVA", "tape": "tape", "uvu": "uvu",
    "node:test": "node:test", "bun:test": "Bun", "qunit": "QUnit", "jasmine": "Jasmine",
    "@playwright/test": "Playwright", "cypress": "Cypress", "@japa/runner": "Japa", "lab": "lab", "tap": "tap",
}  # fmt: skip
_OURS = {"describe", "expect", "test", "it", "jest"}


@dataclass(frozen=True, slots=True)
class Block:
    """A `describe`: the titles down to it, and the braces of its function."""

    titles: tuple[str, ...]
    body: Syntax


@dataclass(frozen=True)
class Existing:
    """A test file of the project."""

    path: str
    text: str

    @cached_property
    def root(self) -> Syntax:
        """What it says. Raises SourceBroken."""
        return parse(self.text.encode(), grammar_of(self.path) or "javascript").root_node

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """What its imports bind, at its top."""
        return tuple(bindings(self.root))

    @cached_property
    def declared(self) -> frozenset[str]:
        """Names that it gives a meaning anywhere."""
        return declared(self.root)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Its `describe` blocks that are neither skipped nor repeated by a table."""
        found = []
        for node, word, titles in self._groups:
            body = _function_body(node)
            plain = text(node.child_by_field_name("function")) == "describe"
            if word == "describe" and plain and body is not None and all(titles):
                found.append(Block(titles, body))
        return tuple(found)

    @cached_property
    def names(self) -> frozenset[str]:
        """Full names of its tests, as Jest prints them."""
        return frozenset(" ".join(titles) for _, word, titles in self._groups if word != "describe")

    @property
    def word(self) -> str:
        """`it` or `test`, whichever its tests are called by."""
        heads = [text(node.child_by_field_name("function")) for node, word, _ in self._groups if word != "describe"]
        its = sum(head.startswith("it") for head in heads)
        return "it" if its * 2 > len(heads) else "test"

    @property
    def flat(self) -> bool:
        """Whether it has tests and no blocks around them."""
        words = {word for _, word, _ in self._groups}
        return bool(words) and "describe" not in words

    @property
    def closed(self) -> bool:
        """Whether tests that are added to it would not run as they do alone, or not at all."""
        heads = [
            text(node.child_by_field_name("function")) for node in walk(self.root) if node.type == "call_expression"
        ]
        mocks = any(re.match(r"jest\.(mock|doMock|unstable_mockModule)$", head) for head in heads)
        other = any(one.local in _OURS and one.module != _JEST for one in self.bindings)
        own = at_top(self.root) - {one.local for one in self.bindings}
        return mocks or other or bool(own & _OURS) or any(_ALONE.match(head) for head in heads)

    @cached_property
    def calls(self) -> frozenset[str]:
        """Calls that it makes, in one spelling; of `module.f(1)` also `f(1)`, of tables those of each row."""
        found: set[str] = set()
        for node in walk(self.root):
            if node.type in {"call_expression", "new_expression"}:
                whole = spelled(node)
                found |= {whole, re.sub(r"^(new )?[\w$]+\.", r"\1", whole)}
        return frozenset(found | set(_of_tables(self.root)))

    def repeats(self, case: Case, structure: Structure) -> bool:
        """Whether it calls the same already: single calls only, since an object's calls lean on one another."""
        (step, *more) = case.scenario.steps
        shown = {target.callee: target.shown for target in structure.targets if target.kind in {"call", "class"}}
        if more or step.kind not in {"call", "new"}:
            return False
        new = "new " if step.kind == "new" else ""
        node = expression(f"{new}{shown.get(step.callee, step.callee)}({', '.join(step.args)})")
        return node is not None and spelled(node) in self.calls

    def block_of(self, symbol: str) -> Block | None:
        """Return the block of a function or a method: called so, or so within that of its class."""
        for block in self.blocks:
            path = ".".join(re.sub(r"^[#.]|\(.*\)$", "", title.strip()) for title in block.titles)
            if path == symbol or path.endswith(f".{symbol}"):
                return block
        return None

    @property
    def aside(self) -> str:
        """The path of a file of its own for new tests."""
        place = PurePosixPath(self.path)
        head, found, rest = place.name.partition(".test." if ".test." in place.name else ".spec.")
        return str(place.with_name(f"{head}.more{found}{rest}" if found else f"{place.stem}.more{place.suffix}"))

    @cached_property
    def _groups(self) -> tuple[tuple[Syntax, str, tuple[str, ...]], ...]:
        return tuple(_grouped(self.root))


def existing(project: Project, options: Options) -> Existing | None:
    """Return the test file to add to, the first one asked for. Raises SourceBroken, OtherFramework."""
    return handed(project, options, _read)


def _read(path: str, source: str) -> Existing:
    if grammar_of(path) is None:
        raise SourceBroken("this is no file of JavaScript or TypeScript")
    found = Existing(path, source)
    _ = found.root
    for one in found.bindings:
        if one.module in _FRAMEWORKS:
            raise OtherFramework(path, _FRAMEWORKS[one.module], "Jest")
    return found


def title_of(node: Syntax) -> str:
    """Return the title that a call has as its first argument; empty where that is no plain text."""
    arguments = node.child_by_field_name("arguments")
    first = next((one for one in arguments.named_children if one.type != "comment"), None) if arguments else None
    if first is None or first.type not in TEXTS or "${" in text(first):
        return ""
    return re.sub(r"\\([\"'`\\])", r"\1", text(first)[1:-1])


def _grouped(root: Syntax) -> Iterator[tuple[Syntax, str, tuple[str, ...]]]:
    waiting: list[tuple[Syntax, tuple[str, ...]]] = [(root, ())]
    while waiting:
        node, titles = waiting.pop()
        inner = titles
        if node.type == "call_expression":
            found = _GROUPS.match(text(node.child_by_field_name("function")))
            title = title_of(node)
            if found is not None and title and _function_body(node) is not None:
                inner = (*titles, title)
                yield node, found[1], inner
        waiting += [(child, inner) for child in reversed(node.children)]


def _function_body(node: Syntax) -> Syntax | None:
    """Return the braces of the function among a call's arguments."""
    arguments = node.child_by_field_name("arguments")
    for one in arguments.named_children if arguments is not None else ():
        body = one.child_by_field_name("body")
        if one.type in {"arrow_function", "function_expression", "function"} and body is not None:
            return body
    return None


def _of_tables(root: Syntax) -> Iterator[str]:
    """Yield the calls that tables make: `f(a, b)` in the function of `test.each([[1, 2]])` is `f(1, 2)`."""
    for node in walk(root):
        each = node.child_by_field_name("function") if node.type == "call_expression" else None
        body = _function_body(node)
        if each is None or body is None or each.type != "call_expression":
            continue
        table = next((one for one in walk(each) if one.type == "array"), None)
        parameters = next((one for one in walk(node) if one.type == "formal_parameters"), None)
        if table is None or parameters is None or ".each" not in text(each):
            continue
        names = [text(one).split(":")[0] for one in parameters.named_children]
        for row in table.named_children:
            cells = [spelled(one) for one in row.named_children if one.type != "comment"]
            yield from _filled(body, dict(zip(names, cells, strict=False)))


def _filled(body: Syntax, cells: dict[str, str]) -> Iterator[str]:
    for call in walk(body):
        arguments = (
            call.child_by_field_name("arguments") if call.type in {"call_expression", "new_expression"} else None
        )
        given = [text(one) for one in arguments.named_children] if arguments is not None else []
        if arguments is not None and given and all(name in cells for name in given):
            head = spelled(call).removesuffix(spelled(arguments))
            yield f"{head}({','.join(cells[name] for name in given)})"
