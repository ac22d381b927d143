"""A test file that is there: what it has is kept word for word, what is new is added in its own framework.

What it calls already is not written again. Where its names mean something else than ours, nothing is added to it and
the new tests get a file of their own beside it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from domains.codegen.engine.formatting import formatted
from domains.codegen.engine.handed import handed
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.types import Options, Project
from domains.codegen.engine.unittests import as_unittest

_FIXTURE = "same_each_time"


@dataclass(frozen=True)
class Existing:
    """A test file of the project."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """What it says."""
        return ast.parse(self.text)

    @property
    def unittest(self) -> bool:
        """Whether its tests are methods of TestCase classes, and none is a function."""
        bases = (ast.unparse(base) for node in self.tree.body if isinstance(node, ast.ClassDef) for base in node.bases)
        plain = any(isinstance(node, ast.FunctionDef) and node.name.startswith("test") for node in self.tree.body)
        return not plain and any(base.endswith("TestCase") for base in bases)

    @property
    def names(self) -> frozenset[str]:
        """Names of its functions and methods: new tests are called otherwise."""
        return frozenset(node.name for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))

    @cached_property
    def calls(self) -> frozenset[str]:
        """Calls that it makes, as expressions; of `module.f(1)` also `f(1)`."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                text = ast.unparse(node)
                plain = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
                found |= {text, text.removeprefix(f"{node.func.value.id}.")} if plain else {text}  # type: ignore[attr-defined]
        return frozenset(found)

    def repeats(self, case: Case) -> bool:
        """Whether it calls the same already: single calls only, since an object's calls lean on one another."""
        (first, *more) = case.scenario.steps
        return not more and not first.reads and ast.unparse(ast.parse(first.source(), mode="eval")) in self.calls

    def merged(self, generated: str) -> str | None:
        """Return its text with the generated tests added; None where the same names mean something else."""
        written = ast.parse(generated)
        bound = _bound(self.tree)
        body = [
            node for node in written.body if not isinstance(node, ast.Import | ast.ImportFrom) and not _is_text(node)
        ]
        wanted = {name: line for node in written.body for name, line in imported(node).items()}
        if any(bound[name] != line for name, line in wanted.items() if name in bound):
            return None
        named = [(node, getattr(node, "name", _assigned(node))) for node in body]
        known = {name: ast.unparse(node) for node in self.tree.body if (name := getattr(node, "name", _assigned(node)))}
        if any(known[name] != _quiet(node) for node, name in named if name in known):
            return None
        added = [node for node, name in named if name not in known]
        lines = [line for name, line in wanted.items() if name not in bound]
        return self._placed(lines, _text(added, generated, unittest=self.unittest))

    def _placed(self, imports: list[str], body: str) -> str:
        lines = self.text.rstrip("\n").split("\n")
        last = max((node.end_lineno or 0 for node in self.tree.body if imported(node)), default=0)
        if not last and self.tree.body and _is_text(self.tree.body[0]):
            last = self.tree.body[0].end_lineno or 0
        ends = next((node.lineno - 1 for node in self.tree.body if _is_main(node)), len(lines))
        used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
        needed = [line for line in imports if line.split()[-1] in used]
        before, middle, after = lines[:last], lines[last:ends], lines[ends:]
        while middle and not middle[-1].strip():
            middle.pop()
        whole = [*before, *needed, *middle, "", "", body.strip("\n"), *(["", "", *after] if after else []), ""]
        return "\n".join(whole)

    def beside(self) -> str:
        """Return the path of a file of its own for new tests."""
        place = PurePosixPath(self.path)
        return str(place.with_name(f"{place.stem}_more.py"))


def existing(project: Project, options: Options) -> Existing | None:
    """Return the test file to add to, the first one asked for. Raises SourceBroken."""
    return handed(project, options, _read)


def _read(path: str, source: str) -> Existing:
    found = Existing(path, source)
    _ = found.tree
    return found


def imported(node: ast.stmt) -> dict[str, str]:
    """Return what an import binds: name and the line that binds it alone."""
    if isinstance(node, ast.Import):
        return {a.asname or a.name: f"import {a.name}" + (f" as {a.asname}" if a.asname else "") for a in node.names}
    if isinstance(node, ast.ImportFrom):
        start = f"from {'.' * node.level}{node.module or ''} import"
        return {a.asname or a.name: f"{start} {a.name}" + (f" as {a.asname}" if a.asname else "") for a in node.names}
    return {}


def _bound(tree: ast.Module) -> dict[str, str]:
    found = {name: line for node in tree.body for name, line in imported(node).items()}
    defined = {
        node.name: "here"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    return {**found, **defined}


def _assigned(node: ast.stmt) -> str:
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _quiet(node: ast.stmt) -> str:
    """Write a definition; the fixture of ours no longer holds for tests that do not ask for it."""
    return ast.unparse(node).replace("@pytest.fixture(autouse=True)", "@pytest.fixture")


def _text(nodes: list[ast.stmt], generated: str, *, unittest: bool) -> str:
    lines = generated.split("\n")
    staged = [node for node in nodes if not getattr(node, "name", "").startswith("test")]
    tests = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test")]
    asks = [f'@pytest.mark.usefixtures("{_FIXTURE}")'] if _FIXTURE in generated else []
    sources = [_source(node, lines) for node in tests]
    if unittest:
        written = ["\n".join([*asks, as_unittest(sources, "GeneratedTests")])]
    else:
        written = ["\n".join([*asks, source]) for source in sources]
    return formatted("\n\n\n".join([*(_quiet(node) for node in staged), *written]) + "\n")


def _source(node: ast.FunctionDef, lines: list[str]) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(lines[first - 1 : node.end_lineno])
