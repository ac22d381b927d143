"""A JUnit file that is there, read: its class, the tests and calls in it, and what it imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from tree_sitter import Node

from domains.codegen.engine.errors import OtherFramework, SourceBroken
from domains.codegen.engine.handed import handed
from domains.codegen.engine.trees import text, walk
from domains.codegen.engine.types import Options, Project
from domains.codegen.java.reading import Source, read
from domains.codegen.java.rendering import Case

JUPITER = "org.junit.jupiter.api"
_FRAMEWORKS = {"org.testng.": "TestNG", "junit.framework.": "JUnit 3", "spock.": "Spock"}
_TYPES = {"class_declaration", "record_declaration", "enum_declaration", "interface_declaration"}
_TESTS = re.compile(r"@(?:[\w.]+\.)?(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate)\b")


@dataclass(frozen=True, slots=True)
class Import:
    """One import: `name` is what stands behind the word, `org.x.*` too."""

    name: str
    static: bool
    node: Node

    @property
    def simple(self) -> str:
        """The name that it brings in; `*` for all."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Existing:
    """A test file of the project."""

    path: str
    text: str

    @cached_property
    def source(self) -> Source:
        """What it says. Raises SourceBroken."""
        return read(self.text.encode())

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Its imports in their order."""
        return tuple(_imports(self.source.root))

    @cached_property
    def owner(self) -> Node | None:
        """Its class: the one called as the file is, else the first with tests."""
        classes = [one for one in self.source.root.named_children if one.type == "class_declaration"]
        stem = PurePosixPath(self.path).stem
        named = [one for one in classes if text(one.child_by_field_name("name")) == stem]
        return next(iter(named + [one for one in classes if _TESTS.search(text(one))]), None)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of its methods, at whatever depth."""
        methods = (node for node in walk(self.source.root) if node.type == "method_declaration")
        return frozenset(text(one.child_by_field_name("name")) for one in methods)

    @cached_property
    def types(self) -> frozenset[str]:
        """Names of the types that it declares."""
        declared = (node for node in walk(self.source.root) if node.type in _TYPES)
        return frozenset(text(one.child_by_field_name("name")) for one in declared)

    @property
    def tested(self) -> bool:
        """Whether it has tests."""
        return _TESTS.search(self.text) is not None

    @property
    def closed(self) -> bool:
        """Whether its class takes no tests: there is none, it is abstract or disabled, or its runner is another."""
        if self.owner is None or text(self.owner.child_by_field_name("name")) != PurePosixPath(self.path).stem:
            return True
        head = text(next((one for one in self.owner.children if one.type == "modifiers"), None))
        return re.search(r"\babstract\b|@Disabled|@RunWith", head) is not None

    @cached_property
    def calls(self) -> frozenset[str]:
        """Calls that it makes, in one spelling."""
        kinds = {"method_invocation", "object_creation_expression"}
        return frozenset(spelled(node) for node in walk(self.source.root) if node.type in kinds)

    def repeats(self, case: Case) -> bool:
        """Whether it calls the same already: of static methods and constructors, since objects lean on other calls."""
        row = case.row
        if not row.static and not row.constructs:
            return False
        head = f"new {row.owner_name}" if row.constructs else f"{row.owner_name}.{row.name}"
        call = f"class A {{ Object a = {head}({', '.join(row.args)}); }}"
        try:
            root = read(call.encode()).root
        except SourceBroken:
            return False
        value = next(
            (one.child_by_field_name("value") for one in walk(root) if one.type == "variable_declarator"), None
        )
        return value is not None and spelled(value) in self.calls

    def body_for(self, name: str) -> Node | None:
        """Return the braces for tests of a method: of a nested class called after it, else of the class."""
        if self.owner is None:
            return None
        for node in walk(self.owner):
            nested = text(node.child_by_field_name("name")) if node.type == "class_declaration" else ""
            if "@Nested" in text(node)[:200] and re.fullmatch(
                f"(?:test|when)?{name}(?:tests?)?", nested, re.IGNORECASE
            ):
                return node.child_by_field_name("body")
        return self.owner.child_by_field_name("body")


def existing(project: Project, options: Options) -> Existing | None:
    """Return the test file to add to, the first one asked for. Raises SourceBroken, OtherFramework."""
    return handed(project, options, _read)


def _read(path: str, source: str) -> Existing:
    found = Existing(path, source)
    _ = found.source
    other = _other(found)
    if other:
        raise OtherFramework(path, other, "JUnit 5")
    return found


def spelled(node: Node) -> str:
    """Write an expression in one spelling, whatever its layout."""
    if not node.children or node.type in {"string_literal", "character_literal"}:
        return text(node) + (" " if text(node) in {"new", "instanceof"} else "")
    return "".join(spelled(child) for child in node.children if "comment" not in child.type)


def _imports(root: Node) -> Iterator[Import]:
    for node in root.named_children:
        found = re.match(r"import\s+(static\s+)?([\w.]+(?:\s*\.\s*\*)?)\s*;", text(node))
        if node.type == "import_declaration" and found is not None:
            yield Import(re.sub(r"\s", "", found[2]), found[1] is not None, node)


def _other(found: Existing) -> str:
    """Name the framework of a file that is not written for JUnit 5; nothing for one that is."""
    names = [one.name for one in found.imports]
    if any(name.startswith(JUPITER.removesuffix(".api")) for name in names):
        return ""
    if any(re.match(r"org\.junit\.(?!jupiter\.|platform\.)", name) for name in names):
        return "JUnit 4"
    return next((shown for start, shown in _FRAMEWORKS.items() for name in names if name.startswith(start)), "")
