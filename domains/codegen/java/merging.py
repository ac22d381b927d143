"""Adds tests to a JUnit class that is there: what it has stays byte for byte, what is new is put between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from domains.codegen.engine.trees import text, walk
from domains.codegen.java.existing import JUPITER, Existing, Import
from domains.codegen.java.layout import laid_out
from domains.codegen.java.reading import Source, read
from domains.codegen.java.rendering import Written
from domains.codegen.java.types import known, types_in

_ASSERTIONS = f"{JUPITER}.Assertions"
_STEP = 2
"""Spaces of a step of indentation in what is generated."""


@dataclass(frozen=True, slots=True)
class _Put:
    """What is inserted at a byte of the file."""

    at: int
    text: str


class Merge:
    """Tests of a file on their way into a class that is there."""

    def __init__(self, there: Existing, source: Source) -> None:
        self._there, self._source = there, source
        self._bytes = there.text.encode()

    @property
    def possible(self) -> bool:
        """Whether the class sees what is tested: what has no package is not seen from another."""
        package = self._there.source.package
        return not self._there.closed and (package == self._source.package or bool(self._source.package))

    def merged(self, written: list[Written]) -> str:
        """Return the file's text with tests added."""
        names, imports = self._bound(written)
        bodies: dict[int, tuple[Node, list[str]]] = {}
        for one in written:
            body = self._there.body_for(one.case.row.name)
            if body is not None:
                bodies.setdefault(body.start_byte, (body, []))[1].append(self._code(one, names))
        puts = [*self._lines(imports), *(self._within(body, codes) for body, codes in bodies.values())]
        return self._applied(puts)

    def _bound(self, written: list[Written]) -> tuple[dict[str, str], list[tuple[str, bool]]]:
        """Return how types are written in the file, and what is to be imported: name, and whether it is static."""
        used = {name for one in written for name in types_in(one.code)}
        own = {name.rpartition(".")[2]: name for name in self._source.classes}
        full = {name: place for one in written for name, place in known(one.code, own).items()}
        full |= {name.rpartition(".")[2]: name for one in written for name in one.imports}
        full |= own if self._there.source.package != self._source.package else {}
        full["Test"] = f"{JUPITER}.Test"
        names, imports = {}, []
        for name in sorted(used & set(full)):
            free, there = self._free(full[name])
            if not free:
                names[name] = full[name]
            elif not there:
                imports.append((full[name], False))
        asserts = sorted({name for one in written for name in re.findall(r"\bassert\w+(?=\()", one.code)})
        prefix, more = self._asserted(asserts)
        return names | {name: f"{prefix}{name}" for name in asserts if prefix}, [*imports, *more]

    def _free(self, full: str) -> tuple[bool, bool]:
        """Return whether a type's plain name means it here, or may, and whether it does already."""
        package, _, simple = full.rpartition(".")
        named = [one.name for one in self._there.imports if not one.static and one.simple == simple]
        if simple in self._there.types or any(name != full for name in named):
            return False, False
        whole = any(one.name == f"{package}.*" and not one.static for one in self._there.imports)
        return True, whole or bool(named)

    def _asserted(self, names: list[str]) -> tuple[str, list[tuple[str, bool]]]:
        """Return what stands before an assertion's name in this file, and the imports that this takes."""
        static = [one.name for one in self._there.imports if one.static]
        taken = {one.simple for one in self._there.imports if one.static and not one.name.startswith(_ASSERTIONS)}
        by_class = any(one.name in {_ASSERTIONS, f"{JUPITER}.*"} for one in self._there.imports if not one.static)
        ours = [name for name in static if name.startswith(f"{_ASSERTIONS}.")]
        if set(names) & (self._there.names | taken) or (by_class and not ours):
            return "Assertions.", [] if by_class else [(_ASSERTIONS, False)]
        if f"{_ASSERTIONS}.*" in static:
            return "", []
        return "", [(f"{_ASSERTIONS}.{name}", True) for name in names if f"{_ASSERTIONS}.{name}" not in static]

    def _code(self, one: Written, names: Mapping[str, str]) -> str:
        """Write a test method as the generator lays it out, at no indentation."""
        code = one.code if not names else _renamed(one.code, names)
        whole = laid_out("class A {\n" + "\n".join(f"  {line}" for line in code.split("\n")) + "\n}\n")
        return "\n".join(line[2:] for line in whole.split("\n")[1:-2])

    def _within(self, body: Node, codes: list[str]) -> _Put:
        members = [one for one in body.named_children if one.start_point[0] > body.start_point[0]]
        methods = [one for one in body.named_children if one.type == "method_declaration"]
        unit = self._unit()
        outer = self._indent(body.start_byte)
        shift = self._indent(members[0].start_byte) if members else outer + unit
        shown = "\n\n".join(_shifted(code, shift, unit) for code in codes)
        last = next(reversed(methods or body.named_children), None)
        if last is None:
            rest = self._bytes[body.start_byte + 1 : body.end_byte - 1].decode()
            return _Put(body.start_byte + 1, f"\n{shown}" + ("" if "\n" in rest else f"\n{outer}"))
        end = self._line_end(last.end_byte)
        closes = body.end_point[0] == last.end_point[0]
        return _Put(last.end_byte if closes else end, f"\n\n{shown}" + (f"\n{outer}" if closes else ""))

    def _unit(self) -> str:
        owner = self._there.owner
        body = owner.child_by_field_name("body") if owner is not None else None
        for one in body.named_children if body is not None else ():
            if body is not None and one.start_point[0] > body.start_point[0]:
                return self._indent(one.start_byte).removeprefix(self._indent(body.start_byte)) or " " * _STEP
        return " " * _STEP

    def _lines(self, imports: Iterable[tuple[str, bool]]) -> list[_Put]:
        puts = [self._line(name, [one for one in self._there.imports if one.static == static], static=static)
                for name, static in sorted(imports) if static]  # fmt: skip
        plain = [(name, static) for name, static in sorted(imports) if not static]
        puts += [self._line(name, [one for one in self._there.imports if not one.static], static=False)
                 for name, _ in plain]  # fmt: skip
        return _grouped(puts)

    def _line(self, name: str, alike: list[Import], *, static: bool) -> _Put:
        """Put an import among its like where it belongs by name, else beside the others, or below the package."""
        line = f"import {'static ' if static else ''}{name};"
        later = next((one for one in alike if one.name > name), None)
        if alike and later is not None and [one.name for one in alike] == sorted(one.name for one in alike):
            return _Put(later.node.start_byte, f"{line}\n")
        if alike:
            return _Put(self._line_end(alike[-1].node.end_byte), f"\n{line}")
        others = self._there.imports
        if others and static:
            return _Put(others[0].node.start_byte, f"{line}\n\n")
        if others:
            return _Put(self._line_end(others[-1].node.end_byte), f"\n\n{line}")
        package = next(
            (one for one in self._there.source.root.named_children if one.type == "package_declaration"), None
        )
        if package is not None:
            return _Put(self._line_end(package.end_byte), f"\n\n{line}")
        first = next(iter(self._there.source.root.named_children), None)
        return _Put(0 if first is None else first.start_byte, f"{line}\n\n")

    def _indent(self, at: int) -> str:
        begin = self._bytes.rfind(b"\n", 0, at) + 1
        line = self._bytes[begin:at].decode()
        return line[: len(line) - len(line.lstrip())]

    def _line_end(self, at: int) -> int:
        """Return the end of a byte's line where only a comment or nothing stands behind it, else the byte."""
        end = self._bytes.find(b"\n", at)
        end = len(self._bytes) if end < 0 else end
        end -= self._bytes[at:end].endswith(b"\r")
        rest = self._bytes[at:end].decode().strip()
        return end if not rest or rest.startswith("//") else at

    def _applied(self, puts: list[_Put]) -> str:
        ends = "\r\n" if "\r\n" in self._there.text else "\n"
        source = self._bytes
        for _, put in sorted(enumerate(puts), key=lambda one: (one[1].at, one[0]), reverse=True):
            source = source[: put.at] + put.text.replace("\n", ends).encode() + source[put.at :]
        return source.decode()


def _grouped(puts: list[_Put]) -> list[_Put]:
    """Join blank lines of imports that come to one place: they are one group."""
    joined: dict[tuple[int, bool], list[str]] = {}
    for put in puts:
        joined.setdefault((put.at, "static" in put.text), []).append(put.text)
    found = []
    for (at, _), texts in joined.items():
        lead, tail = texts[0].startswith("\n\n"), texts[0].endswith("\n\n")
        if lead or tail:
            lines = "\n".join(one.strip("\n") for one in texts)
            found.append(_Put(at, f"{chr(10) * 2 * lead}{lines}{chr(10) * 2 * tail}"))
        else:
            found += [_Put(at, one) for one in texts]
    return found


def _renamed(code: str, names: Mapping[str, str]) -> str:
    """Write a method with types and assertions as a file calls them."""
    source = f"class A {{ {code} }}".encode()
    puts = []
    for node in walk(read(source).root):
        if node.children or text(node) not in names or node.type not in {"identifier", "type_identifier"}:
            continue
        owner = node.parent.child_by_field_name("object") if node.parent is not None else None
        declared = node.parent is not None and node.parent.type in {"method_declaration", "variable_declarator"}
        called = node.parent is not None and node == node.parent.child_by_field_name("name") and owner is not None
        if not declared and not called:
            puts.append((node.start_byte, node.end_byte, names[text(node)]))
    for start, end, other in sorted(puts, reverse=True):
        source = source[:start] + other.encode() + source[end:]
    return source.decode().removeprefix("class A { ").removesuffix(" }")


def _shifted(code: str, shift: str, unit: str) -> str:
    """Indent lines that are indented by steps of two with the steps of a file."""
    lines = []
    for line in code.split("\n"):
        depth = (len(line) - len(line.lstrip())) // _STEP
        lines.append(f"{shift}{unit * depth}{line.lstrip()}" if line.strip() else "")
    return "\n".join(lines)
