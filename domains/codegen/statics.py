"""What can be said of a program that is not run: whether it parses, and what in it would be tested."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from domains.codegen.coding import parts, syntax
from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.generate import parsed
from domains.codegen.engine.types import Project
from domains.codegen.languages import language_of


def symbols(project: Project) -> list[str]:
    """Return the public functions, classes and methods of the target, in its order; nothing of it is run.

    Raises SourceBroken with line and column.
    """
    if language_of(project.target) == "python":
        return list(_python(parsed(project)))
    try:
        source = project.source
    except UnicodeDecodeError as error:
        raise SourceBroken(f"the source cannot be read: {error}") from error
    for fault in syntax.faults(project.target, source):
        raise SourceBroken(fault.why, fault.line, fault.column)
    return list(dict.fromkeys(part.name for part in parts.functions(project.target, source)))


def _python(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield node.name
        if isinstance(node, ast.ClassDef):
            methods = (inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef))
            yield from (f"{node.name}.{method.name}" for method in methods if not method.name.startswith("_"))
