"""Adds tests to a Jest file that is there: what it has stays byte for byte, what is new is put between."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from tree_sitter import Node as Syntax

from domains.codegen.engine.trees import text, walk
from domains.codegen.javascript.bindings import DEFAULT, WHOLE, Binding, of_module, path_to
from domains.codegen.javascript.existing import Block, Existing
from domains.codegen.javascript.parsing import parse
from domains.codegen.javascript.rendering import Written
from domains.codegen.javascript.structure import Export, Structure

Format = Callable[[Mapping[str, str], Mapping[str, object]], Mapping[str, str]]
"""Formats texts by file name in a style: prettier with its settings."""


@dataclass(frozen=True, slots=True)
class _Put:
    """What is inserted at a byte of the file."""

    at: int
    text: str


@dataclass(frozen=True)
class Merge:
    """Tests of a module on their way into a file that is there."""

    there: Existing
    structure: Structure
    target: str

    def prefix(self, symbol: str) -> str:
        """Return what stands before a test's title in the name that Jest prints."""
        block = self.there.block_of(symbol)
        return symbol if block is None else " ".join(block.titles)

    def taken(self) -> frozenset[tuple[str, str]]:
        """Return titles that tests have, with the symbol that a new test of that title would be of."""
        found = set()
        for target in self.structure.targets:
            start = f"{self.prefix(target.symbol)} "
            found |= {(target.symbol, name.removeprefix(start)) for name in self.there.names if name.startswith(start)}
        return frozenset((symbol, title.split(", row %#")[0]) for symbol, title in found)

    def named(self, written: Iterable[Written]) -> list[Written]:
        """Return tests under the names that they have in the file."""
        return [replace(one, name=self.prefix(one.symbol) + one.name.removeprefix(one.symbol)) for one in written]

    def merged(self, written: list[Written], format_: Format) -> str:
        """Return the file's text with tests added, as `named` returns them."""
        names, imports = self._bound(written)
        sections: dict[str, list[str]] = {}
        for one in written:
            sections.setdefault(one.symbol, []).append(self._code(one, names))
        place = PurePosixPath(self.there.path)
        files, blocks = {}, {}
        for n, (symbol, tests) in enumerate(sections.items()):
            name = str(place.with_name(f"section{n}.test{place.suffix}"))
            blocks[name], body = self.there.block_of(symbol), "\n\n".join(tests)
            around = blocks[name] is None and not self.there.flat
            files[name] = f"describe({json.dumps(symbol)}, () => {{\n{body}\n}});\n" if around else f"{body}\n"
        ready = format_(files, style(self.there))
        puts = [*imports, *self._ends([ready[name].strip("\n") for name in files if blocks[name] is None])]
        puts += [self._within(block, ready[name].strip("\n")) for name, block in blocks.items() if block is not None]
        return _applied(self.there.text, puts)

    def _code(self, one: Written, names: Mapping[str, str]) -> str:
        code = renamed(one.code, names)
        if self.there.word == "it":
            code = re.sub(r"^test(?=[.(])", "it", code)
        if self.there.flat and self.there.block_of(one.symbol) is None:
            title = json.dumps(one.name.removeprefix(f"{one.symbol} "), ensure_ascii=False)[1:-1]
            plain = json.dumps(one.name.removeprefix(f"{one.symbol} "))[1:-1]
            found = next((shown for shown in (title, plain) if f'"{shown}' in code), title)
            code = code.replace(f'"{found}', f'"{one.symbol} {found}', 1)
        return code

    def _bound(self, written: Iterable[Written]) -> tuple[dict[str, str], list[_Put]]:
        """Return what names of the module are called in the file, and what its imports lack."""
        used = {text(node) for one in written for node in walk(parse(one.code.encode(), "javascript").root_node)}
        names: dict[str, str] = {}
        lacking: list[tuple[Export, str]] = []
        own = [one for one in self.there.bindings if of_module(one.module, self.there.path, self.target)]
        for export in self.structure.exports:
            if export.local not in used or export.local in names:
                continue
            known = next(filter(None, (_known(export, one, self.structure) for one in own)), None)
            if known is None:
                free = export.local not in self.there.declared
                names[export.local] = known = export.local if free else self._alias(export.local)
                lacking.append((export, known))
            names[export.local] = known
        return names, self._imports(lacking, own)

    def _alias(self, name: str) -> str:
        base, n = f"{name}UnderTest", 1
        while (found := base if n == 1 else f"{base}{n}") in self.there.declared:
            n += 1
        return found

    def _imports(self, lacking: list[tuple[Export, str]], own: list[Binding]) -> list[_Put]:
        clause = next((one for one in own if one.clause is not None), None)
        puts, named = [], [(export, local) for export, local in lacking if export.way not in {WHOLE, DEFAULT}]
        lines = []
        required = self._requires(own)
        if named and clause is not None and clause.clause is not None:
            listed = [_specifier(export, local, required=clause.required) for export, local in named]
            puts.append(_joined(clause.clause, listed, self.there.text.encode()))
            named = []
        dot = _Style.of(self.there)
        place = dot.quoted(path_to(self.target, str(PurePosixPath(self.there.path).parent)))
        whole = [local for export, local in lacking if export.way in {WHOLE, DEFAULT}]
        specifiers = ", ".join(_specifier(export, local, required=required) for export, local in named)
        if required:
            default = ".default" if self.structure.modern else ""
            lines += [f"const {local} = require({place}){default}{dot.end}" for local in whole]
            lines += [f"const {{ {specifiers} }} = require({place}){dot.end}"] if named else []
        elif whole or named:
            parts = ", ".join([*whole[:1], *([f"{{ {specifiers} }}"] if named else [])])
            lines.append(f"import {parts} from {place}{dot.end}")
        return [*puts, *self._lines(lines)]

    def _requires(self, own: list[Binding]) -> bool:
        """Whether the file requires modules, rather than importing them."""
        kinds = [one.required for one in (own or self.there.bindings)]
        return kinds.count(True) * 2 > len(kinds) if kinds else not self.structure.modern

    def _lines(self, lines: list[str]) -> list[_Put]:
        """Put imports below the file's last one, else above its first statement."""
        if not lines:
            return []
        body = "\n".join(lines)
        statements = [one.statement for one in self.there.bindings]
        if statements:
            return [_Put(_line_end(self.there.text.encode(), max(one.end_byte for one in statements)), f"\n{body}")]
        first = next((one for one in self.there.root.named_children if not _is_head(one)), None)
        if first is None:
            return [_Put(len(self.there.text.encode()), f"{_gap(self.there.text)}{body}\n")]
        above = first.prev_named_sibling
        if above is None or above.type != "comment" or above.end_point[0] + 1 < first.start_point[0]:
            return [_Put(first.start_byte, f"{body}\n\n")]
        while (more := above.prev_named_sibling) is not None and more.type == "comment":
            if more.end_point[0] + 1 < above.start_point[0]:
                break
            above = more
        return [_Put(above.start_byte, f"{body}\n\n")]

    def _ends(self, sections: list[str]) -> list[_Put]:
        if not sections:
            return []
        body = "\n\n".join(sections)
        return [_Put(len(self.there.text.encode()), f"{_gap(self.there.text)}{body}\n")]

    def _within(self, block: Block, body: str) -> _Put:
        source = self.there.text.encode()
        outer = _indent(source, block.body.start_byte)
        inner = next((one for one in block.body.named_children), None)
        own_line = inner is not None and inner.start_point[0] > block.body.start_point[0]
        shift = (
            _indent(source, inner.start_byte) if inner is not None and own_line else outer + _Style.of(self.there).unit
        )
        shown = "\n".join(shift + line if line.strip() else line for line in body.split("\n"))
        last = block.body.named_children[-1] if block.body.named_children else None
        if last is None:
            close = block.body.end_byte - 1
            rest = source[block.body.start_byte + 1 : close].decode()
            return _Put(block.body.start_byte + 1, f"\n{shown}" + ("" if "\n" in rest else f"\n{outer}"))
        at = _line_end(source, last.end_byte) if last.end_point[0] < block.body.end_point[0] else last.end_byte
        return _Put(at, f"\n\n{shown}" + ("" if last.end_point[0] < block.body.end_point[0] else f"\n{outer}"))


@dataclass(frozen=True, slots=True)
class _Style:
    """How a file is written: its quotes, whether statements end with a semicolon, and a step of indentation."""

    quote: str
    end: str
    unit: str

    @classmethod
    def of(cls, there: Existing) -> _Style:
        settings = style(there)
        unit = "\t" if settings.get("useTabs") else " " * int(str(settings.get("tabWidth", 2)))
        return cls("'" if settings.get("singleQuote") else '"', ";" if settings.get("semi", True) else "", unit)

    def quoted(self, written: str) -> str:
        return f"{self.quote}{written}{self.quote}"


def style(there: Existing) -> dict[str, object]:
    """Read off a file how prettier would have to be set; what it does not show is left out."""
    strings = Counter(text(node)[:1] for node in walk(there.root) if node.type == "string")
    ended = Counter(
        text(node).endswith(";") for node in walk(there.root)
        if node.type in {"expression_statement", "lexical_declaration", "import_statement"}
    )  # fmt: skip
    found: dict[str, object] = {"singleQuote": strings["'"] > strings['"']} if strings else {}
    found |= {"semi": ended[True] >= ended[False]} if ended else {}
    inner = next((one for node in walk(there.root) if node.type == "statement_block" for one in node.named_children
                  if one.start_point[0] > node.start_point[0]), None)  # fmt: skip
    if inner is not None and inner.parent is not None:
        source = there.text.encode()
        outer, unit = _indent(source, inner.parent.start_byte), _indent(source, inner.start_byte)
        unit = unit.removeprefix(outer)
        found |= (
            {"useTabs": True} if unit.startswith("\t") else {"useTabs": False, "tabWidth": len(unit)} if unit else {}
        )
    return found


def renamed(code: str, names: Mapping[str, str]) -> str:
    """Write a test with names of the module as a file calls them."""
    source, puts = code.encode(), []
    for node in walk(parse(source, "javascript").root_node):
        other = names.get(text(node), text(node))
        if other == text(node) or node.children:
            continue
        if node.type == "identifier":
            puts.append((node.start_byte, node.end_byte, other))
        elif node.type == "shorthand_property_identifier":
            puts.append((node.start_byte, node.end_byte, f"{text(node)}: {other}"))
    for start, end, other in sorted(puts, reverse=True):
        source = source[:start] + other.encode() + source[end:]
    return source.decode()


def _known(export: Export, one: Binding, structure: Structure) -> str | None:
    """Return what an export is called where a binding brings it in; None where it does not."""
    if not one.local:
        return None
    whole = one.name == WHOLE or (one.name == DEFAULT and not structure.modern)
    if export.way == WHOLE:
        return one.local if whole and (one.required or one.name == DEFAULT) else None
    if one.name == export.way:
        return one.local
    return f"{one.local}.{export.way}" if whole else None


def _specifier(export: Export, local: str, *, required: bool) -> str:
    return export.way if local == export.way else f"{export.way}{':' if required else ' as'} {local}"


def _joined(clause: Syntax, listed: list[str], source: bytes) -> _Put:
    """Put names into the braces of an import, on lines of their own where the others are."""
    if not clause.named_children:
        return _Put(clause.start_byte + 1, f" {', '.join(listed)} ")
    last = clause.named_children[-1]
    lined = clause.start_point[0] < last.start_point[0]
    between = f",\n{_indent(source, last.start_byte)}" if lined else ", "
    return _Put(last.end_byte, "".join(f"{between}{name}" for name in listed))


def _is_head(node: Syntax) -> bool:
    """Whether a node may stand above imports: comments, and `"use strict"`."""
    directive = node.type == "expression_statement" and node.named_children and node.named_children[0].type == "string"
    return node.type in {"comment", "hash_bang_line", "import_statement"} or bool(directive)


def _indent(source: bytes, at: int) -> str:
    """Return the white space at the start of the line of a byte."""
    begin = source.rfind(b"\n", 0, at) + 1
    line = source[begin : source.find(b"\n", begin) if b"\n" in source[begin:] else len(source)].decode()
    return line[: len(line) - len(line.lstrip())]


def _line_end(source: bytes, at: int) -> int:
    """Return the end of the line of a byte where only a comment or nothing stands behind it, else the byte."""
    end = source.find(b"\n", at)
    end = len(source) if end < 0 else end
    end -= source[at:end].endswith(b"\r")
    rest = source[at:end].decode().strip()
    return end if not rest or rest == ";" or rest.startswith("//") else at


def _gap(written: str) -> str:
    """Return what stands between a text and what is added to its end."""
    if not written.strip():
        return ""
    return "\n" if written.endswith("\n") else "\n\n"


def _applied(written: str, puts: list[_Put]) -> str:
    """Insert texts with the file's own line ends; those at one byte in their order."""
    source, ends = written.encode(), "\r\n" if "\r\n" in written else "\n"
    for _, put in sorted(enumerate(puts), key=lambda one: (one[1].at, one[0]), reverse=True):
        source = source[: put.at] + put.text.replace("\n", ends).encode() + source[put.at :]
    return source.decode()
