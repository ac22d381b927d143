"""Whether a file parses, by tree-sitter, in any of the languages that it reads here."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath

from tree_sitter import Language, Node, Parser

from domains.codegen.engine.trees import text, walk

_GRAMMARS = {
    "python": "tree_sitter_python.language", "javascript": "tree_sitter_javascript.language",
    "typescript": "tree_sitter_typescript.language_typescript", "tsx": "tree_sitter_typescript.language_tsx",
    "java": "tree_sitter_java.language", "go": "tree_sitter_go.language",
}  # fmt: skip
_ENDINGS = {
    ".py": "python", ".pyi": "python", ".js": "javascript", ".jsx": "javascript", ".mjs": "javascript",
    ".cjs": "javascript", ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
    ".java": "java", ".go": "go",
}  # fmt: skip
_MOST = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where a file does not parse; line and column count from 1."""

    line: int
    column: int
    why: str


def grammar_of(path: str) -> str | None:
    """Name the grammar of a file by its ending; None where there is none."""
    return _ENDINGS.get(PurePosixPath(path).suffix)


def root(path: str, source: str) -> Node | None:
    """Parse a file; None for a language that is not read here."""
    grammar = grammar_of(path)
    return None if grammar is None else _parser(grammar).parse(source.encode("utf-8", "replace")).root_node


def faults(path: str, source: str) -> tuple[Fault, ...]:
    """Return the first places where a file does not parse; none where it does, or the language is not known."""
    tree = root(path, source)
    if tree is None:
        return ()
    found = [_fault(node) for node in walk(tree) if node.is_error or node.is_missing] if tree.has_error else []
    if not found and grammar_of(path) == "python":
        found = _by_python(source)  # indentation and the like, which the grammar lets pass
    return tuple(found[:_MOST])


@cache
def _parser(grammar: str) -> Parser:
    module, _, name = _GRAMMARS[grammar].rpartition(".")
    pointer: Callable[[], object] = getattr(import_module(module), name)
    return Parser(Language(pointer()))


def _fault(node: Node) -> Fault:
    row, column = node.start_point
    shown = text(node).strip().split("\n")[0][:40]
    return Fault(row + 1, column + 1, f"{node.type!r} is missing" if node.is_missing else f"unexpected {shown!r}")


def _by_python(source: str) -> list[Fault]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        return [Fault(error.lineno or 1, error.offset or 1, error.msg)]
    except (ValueError, RecursionError, MemoryError) as error:
        return [Fault(1, 1, str(error) or type(error).__name__)]
    return []
