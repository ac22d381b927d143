"""The source as the architecture tests see it: files, functions, and which lines are tests."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("assistant", "domains", "retrieval", "inference", "sandbox", "infra", "benchmarks", "clients")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file of the house."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Path below the checkout."""
        return str(self.path.relative_to(CHECKOUT))

    @property
    def lines(self) -> int:
        """Its length."""
        return self.text.count("\n")

    def functions(self) -> Iterator[FunctionNode]:
        """Every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, FunctionNode):
                yield node

    def handlers(self) -> Iterator[ast.ExceptHandler]:
        """Every except clause."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ExceptHandler):
                yield node


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the rooms but generated migrations."""
    return tuple(source for source in _parsed(*ROOMS, "manage.py") if "/migrations/" not in source.name)


@cache
def sources_of_tests() -> tuple[Source, ...]:
    """Every Python file of the tests."""
    return _parsed("tests")


def _parsed(*places: str) -> tuple[Source, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *places],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    paths = [CHECKOUT / name for name in listed if name.endswith(".py") and (CHECKOUT / name).is_file()]
    texts = [(path, path.read_text(encoding="utf-8")) for path in paths]
    return tuple(Source(path, text, ast.parse(text)) for path, text in texts)


def percentile(values: list[int], share: float) -> int:
    """The value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def length(function: FunctionNode) -> int:
    """Lines of a function, decorators left out."""
    return (function.end_lineno or function.lineno) - function.lineno + 1
