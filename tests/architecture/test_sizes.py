"""The figures of goals.md, "The house". They are printed: `pytest tests/architecture/test_sizes.py -rP`."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

from tests.architecture.house import CHECKOUT, ROOMS, Source, length, percentile, sources, sources_of_tests

_FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
_DOCUMENTED_ROOMS = ("retrieval/", "inference/", "domains/", "sandbox/")


def test_files_are_short() -> None:
    lengths = {source.name: source.lines for source in sources()}
    values = list(lengths.values())
    print(f"files {len(values)}, median {median(values)}, p95 {percentile(values, 0.95)}, longest {max(values)}")
    assert median(values) <= 90
    assert percentile(values, 0.95) <= 300
    assert {name: n for name, n in lengths.items() if n > 500} == {}


def test_functions_are_short() -> None:
    sizes = {f"{s.name}:{f.lineno} {f.name}": length(f) for s in sources() for f in s.functions()}
    values = list(sizes.values())
    print(f"functions {len(values)}, median {median(values)}, p95 {percentile(values, 0.95)}, longest {max(values)}")
    assert median(values) <= 10
    assert percentile(values, 0.95) <= 40
    assert {name: n for name, n in sizes.items() if n > 80} == {}


def test_nothing_is_called_utils() -> None:
    parts = {
        source.name: {Path(part).stem for part in source.path.parts} for source in (*sources(), *sources_of_tests())
    }
    assert [name for name, found in parts.items() if found & _FORBIDDEN_NAMES] == []


def test_there_is_more_test_than_code() -> None:
    code, test = sum(source.lines for source in sources()), sum(source.lines for source in sources_of_tests())
    print(f"code {code}, tests {test}, ratio {test / code:.2f}")
    # The goal is 1.2. This floor is what was reached; it may only be raised (docs/figures.md says how far it is).
    assert test / code >= 1.0


def test_most_modules_have_a_mirrored_test() -> None:
    tested = {source.name for source in sources_of_tests()}
    modules = [source for source in sources() if source.path.stem != "__init__" and source.lines >= 25]
    bare = [source.name for source in modules if not _mirror(source) & tested]
    share = 1 - len(bare) / len(modules)
    print(f"modules with a mirrored test {share:.0%}; without: {', '.join(bare)}")
    assert share >= 0.8


def _mirror(source: Source) -> set[str]:
    """Where the tests of a module may live: beside it, or in one file for its package."""
    folder, stem = source.path.relative_to(CHECKOUT).parent, source.path.stem.strip("_")
    package = {f"tests/unit/{folder.parent}/test_{folder.name}.py"} if len(folder.parts) > 1 else set()
    return {f"tests/unit/{folder}/test_{stem}.py"} | package


def test_almost_every_function_says_what_it_returns() -> None:
    functions = [function for source in sources() for function in source.functions()]
    typed = sum(function.returns is not None for function in functions)
    print(f"return types {typed / len(functions):.1%} of {len(functions)}")
    assert typed / len(functions) >= 0.98


def test_most_public_things_have_a_docstring() -> None:
    public = [
        node
        for source in sources()
        if source.name.startswith(_DOCUMENTED_ROOMS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    documented = sum(ast.get_docstring(node) is not None for node in public)
    print(f"public docstrings {documented / len(public):.0%} of {len(public)}")
    assert documented / len(public) >= 0.8


def test_every_room_is_counted() -> None:
    assert {source.name.split("/")[0] for source in sources()} == {*ROOMS, "manage.py"}
