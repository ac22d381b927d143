"""Functions of a Python file as spans of lines: found by name, put anew, made to fail."""

from __future__ import annotations

import ast
import textwrap

Function = ast.FunctionDef | ast.AsyncFunctionDef


def find(source: str, name: str) -> Function | None:
    """Return a function by `name` or `Class.name`; None where there is none, or the source does not parse."""
    tree = parse(source)
    if tree is None:
        return None
    body: list[ast.stmt] = tree.body
    *owners, last = name.split(".")
    for owner in owners:
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == owner), [])
    return next((node for node in body if isinstance(node, Function) and node.name == last), None)


def parse(source: str) -> ast.Module | None:
    """Parse a file; None where it does not parse."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def text(source: str, function: Function) -> str:
    """Return a function's own lines, decorators included."""
    start, end = span(function)
    return "\n".join(source.splitlines()[start - 1 : end])


def span(function: Function) -> tuple[int, int]:
    """Return its first and last line, from 1."""
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return first, function.end_lineno or function.lineno


def at_line(source: str, line: int) -> str:
    """Name the function or method that a line lies in; empty where it lies in none."""
    tree = parse(source)
    for node in tree.body if tree is not None else []:
        if isinstance(node, Function) and node.lineno <= line <= (node.end_lineno or 0):
            return node.name
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Function) and inner.lineno <= line <= (inner.end_lineno or 0):
                    return f"{node.name}.{inner.name}"
    return ""


def new_text(code: str, name: str) -> str | None:
    """Take the function of that name out of what a model wrote; None where it does not parse or is not there."""
    source = textwrap.dedent(code)
    tree = parse(source)
    last = name.rpartition(".")[2]
    for node in ast.walk(tree) if tree is not None else []:
        if isinstance(node, Function) and node.name == last:
            return textwrap.dedent(text(source, node))
    return None


def documented(code: str, old: Function) -> str:
    """Give a function its documentation back where a model left it out: it is the judge of the rest."""
    said, tree = ast.get_docstring(old), parse(code)
    new = tree.body[0] if tree is not None and tree.body else None
    if said is None or not isinstance(new, Function) or ast.get_docstring(new) is not None or '"""' in said:
        return code
    first = new.body[0]
    if first.lineno == new.lineno:  # all on one line: there is no room
        return code
    indent = " " * first.col_offset
    told = "\n".join(indent + line if line else "" for line in said.splitlines())
    close = f"\n{indent}" if "\n" in said else ""
    lines = code.splitlines()
    at = first.lineno - 1
    return "\n".join([*lines[:at], f'{indent}"""{told.lstrip()}{close}"""', *lines[at:]])


def failing(source: str, function: Function) -> str:
    """Return the file with a function that does nothing but fail: a test that does not notice tests nothing."""
    lines = source.splitlines()
    body = function.body[0]
    indent = " " * (body.col_offset if body.lineno > function.lineno else function.col_offset + 4)
    head = lines[function.lineno - 1 : body.lineno - 1] or [lines[function.lineno - 1][: body.col_offset].rstrip()]
    made = [*lines[: function.lineno - 1], *head, f'{indent}raise RuntimeError("made to fail")']
    return "\n".join([*made, *lines[function.end_lineno or function.lineno :]]) + "\n"


def assertions(function: Function) -> int:
    """Count what a test asserts."""
    plain = sum(isinstance(node, ast.Assert) for node in ast.walk(function))
    return plain + sum(
        isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"raises", "warns", "approx_raises"}
        for node in ast.walk(function)
    )


def called(function: Function) -> set[str]:
    """Return names and attributes that a function calls."""
    called_ones = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {one.id for one in called_ones if isinstance(one, ast.Name)}
    return names | {one.attr for one in called_ones if isinstance(one, ast.Attribute)}
