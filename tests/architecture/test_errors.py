"""What is caught, and what is done about it."""

from __future__ import annotations

import ast

from tests.architecture.house import Source, sources

_EVERYTHING = {"Exception", "BaseException"}


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in _EVERYTHING)


def _broad() -> list[tuple[Source, ast.ExceptHandler]]:
    return [(source, handler) for source in sources() for handler in source.handlers() if _is_broad(handler)]


def test_almost_nobody_catches_everything() -> None:
    thousands = sum(source.lines for source in sources()) / 1000
    broad = _broad()
    print(f"broad excepts {len(broad)} in {thousands:.1f} thousand lines")
    assert len(broad) / thousands <= 0.25, [f"{source.name}:{handler.lineno}" for source, handler in broad]


def test_who_does_catch_everything_says_something() -> None:
    silent = [
        f"{source.name}:{handler.lineno}"
        for source, handler in _broad()
        if all(isinstance(statement, ast.Pass | ast.Continue | ast.Break) for statement in handler.body)
    ]
    assert silent == []


def test_suppressing_everything_is_catching_everything() -> None:
    suppressed = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "suppress"
        and any(isinstance(argument, ast.Name) and argument.id in _EVERYTHING for argument in node.args)
    ]
    assert suppressed == []
