"""Names that a module and the library use for two things: `datetime` is a module, and the class that it holds.

Expressions name the library's modules. Where the module under test imports the class (`from datetime import datetime`),
its own name gives way to the library's, and what its documentation says is read with the class in full.
"""

from __future__ import annotations

import ast
import importlib
import types
from typing import Any

LIBRARY = ("datetime", "decimal", "fractions", "math", "pathlib", "uuid", "collections", "io", "re", "types")
"""Modules of the standard library that expressions may name."""


def own(module: types.ModuleType) -> dict[str, Any]:
    """Return the names of a module under test, those of Python itself and those that give way aside."""
    return {
        name: value for name, value in vars(module).items() if not name.startswith("__") and not _gives_way(name, value)
    }


def _gives_way(name: str, value: object) -> bool:
    """Whether a name of the module under test stands for the class of that name in the library's module, or a fake."""
    if name not in LIBRARY or not isinstance(value, type):
        return False
    real = getattr(importlib.import_module(name), name, None)
    return isinstance(real, type) and issubclass(value, real)


def imported_classes(tree: ast.Module) -> frozenset[str]:
    """Return the names that a module imports from the library's module of the same name."""
    return frozenset(
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level
        for alias in node.names
        if node.module == alias.name and alias.name in LIBRARY and alias.asname in {None, alias.name}
    )  # fmt: skip


def qualified(node: Any, classes: frozenset[str]) -> Any:  # noqa: ANN401 - any node, and the same again
    """Write those classes in full, in an expression as the module's documentation has it."""
    return _Qualifier(classes).visit(node) if classes else node


class _Qualifier(ast.NodeTransformer):
    def __init__(self, classes: frozenset[str]) -> None:
        self._classes = classes

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Leave `datetime.datetime` and `datetime.timedelta` as they are: the documentation imports the module."""
        if isinstance(node.value, ast.Name) and node.value.id in self._classes:
            module = importlib.import_module(node.value.id)
            if isinstance(getattr(module, node.attr, None), type):
                return node
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Write a class in full."""
        return ast.Attribute(node, node.id, node.ctx) if node.id in self._classes else node
