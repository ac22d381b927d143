"""Python test files: a choice of generated tests, added to what is there already."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from clients.lsp.problems import Problem, Text

_WIDTH = 88


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with its decorators and the comments above it; lines count from 0, `end` is excluded."""

    node: ast.stmt
    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """Name of the function or class; empty for other statements."""
        return getattr(self.node, "name", "")

    @property
    def is_test(self) -> bool:
        """Whether pytest would collect it."""
        return self.name.startswith(("test_", "Test"))


def statements(text: str) -> list[Statement]:
    """Take a module apart. Raises SyntaxError."""
    return _taken_apart(ast.parse(text).body, text.split("\n"), 0)


def tests(text: str) -> list[Statement]:
    """Return the tests of a module, methods of its classes among them; the only one of a class takes the class.

    Raises SyntaxError.
    """
    found: list[Statement] = []
    for one in statements(text):
        methods = one.node.body if isinstance(one.node, ast.ClassDef) else []
        inner = _taken_apart(methods, text.split("\n"), one.node.lineno)
        if len(inner) == 1:
            inner = [Statement(inner[0].node, one.text, one.start, one.end)]
        found += [test for test in (inner or [one]) if test.name.startswith("test")]
    return found


def additions(base: str, whole: str) -> str:
    """Return what a file lacks of one that was made from it. Raises SyntaxError."""
    there = {one.text for one in statements(base)}
    return "\n\n\n".join(one.text for one in statements(whole) if one.text not in there) + "\n"


def _taken_apart(nodes: list[ast.stmt], lines: list[str], before: int) -> list[Statement]:
    found: list[Statement] = []
    for node in nodes:
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
        while start > before and lines[start - 1].lstrip().startswith("#"):
            start -= 1
        end = node.end_lineno or node.lineno
        found.append(Statement(node, "\n".join(lines[start:end]), start, end))
        before = end
    return found


def merged(existing: str, generated: str, keep: Iterable[str]) -> str:
    """Add the tests named in `keep`; nothing that is there changes.

    The same test is not added twice, another of the same name gets a number. Raises Problem when the file that is there
    does not parse.
    """
    wanted = set(keep)
    all_new = statements(generated)
    chosen = [one for one in all_new if not one.is_test or one.name in wanted]
    body = [one for one in chosen if not _is_import(one.node) and not _is_docstring(one, all_new)]
    used = {node.id for one in body for node in ast.walk(one.node) if isinstance(node, ast.Name)}
    imports = [pair for one in chosen for pair in _imported(one.node) if _bound(pair) in used]
    if not existing.strip():
        head = [one.text for one in all_new[:1] if _is_docstring(one, all_new)]
        top = ["\n".join(_written(imports))] if imports else []
        return "\n\n".join(head + top) + "".join(f"\n\n\n{one.text}" for one in body) + "\n"
    ends = "\r\n" if "\r\n" in existing else "\n"
    return _added(existing.replace("\r\n", "\n"), imports, body).replace("\n", ends)


def _added(existing: str, imports: list[tuple[str, ast.alias]], body: list[Statement]) -> str:
    try:
        there = statements(existing)
    except SyntaxError as error:
        raise Problem(
            "test_file_broken",
            Text(
                "The test file that is there does not parse; nothing was added.",
                "现有测试文件有语法错误，未添加任何内容。",
            ),
        ) from error
    taken = {one.name: one.text for one in there if one.name}
    new: list[str] = []
    for one in body:
        name, text = _free(one, taken)
        if taken.get(name) != text:
            new.append(text)
            taken[name] = text
    if not new:
        return existing
    have = {_key(pair) for one in there for pair in _imported(one.node)}
    lines = existing.rstrip("\n").split("\n")
    places = [one.end for one in there if _is_import(one.node)] or [
        one.end for one in there[:1] if _is_docstring(one, there)
    ]
    at = places[-1] if places else 0
    missing = _written([pair for pair in imports if _key(pair) not in have])
    if missing and not any(_is_import(one.node) for one in there):
        missing = ["", *missing] if at else [*missing, ""]
    lines[at:at] = missing
    return "\n".join(lines) + "".join(f"\n\n\n{text}" for text in new) + "\n"


def _free(one: Statement, taken: dict[str, str]) -> tuple[str, str]:
    number = 1
    while True:
        name = one.name if number == 1 else f"{one.name}_{number}"
        text = one.text.replace(f" {one.name}", f" {name}", 1) if number > 1 else one.text
        if name not in taken or taken[name] == text or not one.name:
            return name, text
        number += 1


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_docstring(one: Statement, among: list[Statement]) -> bool:
    node = one.node
    return one is among[0] and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _imported(node: ast.stmt) -> list[tuple[str, ast.alias]]:
    if isinstance(node, ast.Import):
        return [("", alias) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [("." * node.level + (node.module or ""), alias) for alias in node.names]
    return []


def _bound(pair: tuple[str, ast.alias]) -> str:
    alias = pair[1]
    return alias.asname or alias.name.split(".")[0]


def _key(pair: tuple[str, ast.alias]) -> tuple[str, str, str | None]:
    return pair[0], pair[1].name, pair[1].asname


def _written(pairs: list[tuple[str, ast.alias]]) -> list[str]:
    lines: list[str] = []
    modules = list(dict.fromkeys(module for module, _ in pairs))
    for module in modules:
        names = [f"{a.name} as {a.asname}" if a.asname else a.name for found, a in pairs if found == module]
        if not module:
            lines.extend(f"import {name}" for name in names)
            continue
        line = f"from {module} import {', '.join(names)}"
        wrapped = [f"from {module} import (", *(f"    {name}," for name in names), ")"]
        lines.extend([line] if len(line) <= _WIDTH else wrapped)
    return lines
