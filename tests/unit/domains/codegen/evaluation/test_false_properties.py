"""How often a property that was found is false: each is tried again on fresh values, of another seed and far more."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable

import pytest

from domains.codegen.engine import contracts
from domains.codegen.engine.errors import EngineError
from domains.codegen.engine.exploring import Told, explore
from domains.codegen.engine.gating import gate
from domains.codegen.engine.generate import parsed
from domains.codegen.engine.inside.wild import wild
from domains.codegen.engine.rendering import Written, file
from domains.codegen.engine.types import Options, Project
from domains.codegen.evaluation.corpus import Subject, pinned_modules
from sandbox import Sandbox

FRESH = 400


def found(subject: Subject) -> tuple[list[Told], frozenset[str]]:
    """Explore one module; one that cannot be explored has no property."""
    said = contracts.read(parsed(subject.project))
    try:
        explored = explore(Sandbox(), subject.project, said, Options(budget_s=4.0), lambda *_: None, threading.Event())
    except EngineError:
        return [], frozenset()
    return explored.laws, frozenset(explored.names)


def fresh(law: Told) -> list[tuple[str, ...]]:
    """Draw values as the law's domain takes them: none where that is no range and no alphabet."""
    chance = random.Random(20_26)
    drawn = []
    for _ in range(FRESH):
        row = [_value(law, n, chance) for n in range(len(law.names))]
        if all(text is not None for text in row):
            drawn.append(tuple(str(text) for text in row))
    return drawn


def _value(law: Told, n: int, chance: random.Random) -> str | None:
    bounds = law.bounds[n]
    if law.kinds[n] == "int" and bounds is not None:
        low, high = (int(bound) if bound is not None else None for bound in bounds)
        return repr(chance.randint(-(10**6) if low is None else low, 10**6 if high is None else high))
    if law.kinds[n] in {"str", "list_str"} and not law.alphabet:
        return None
    return wild(law.kinds[n], chance, law.alphabet or "any")


def asked(law: Told) -> Written:
    """Write one test over all the fresh values."""
    rows = ", ".join(f"({', '.join(row)},)" for row in fresh(law) or law.examples)
    right = f"pytest.approx({law.right})" if law.approx else law.right
    code = f"def test_fresh():\n    for {', '.join(law.names)}, in [{rows}]:\n        assert {law.left} == {right}\n"
    return Written("test_fresh", code, ())


def false_ones(subject: Subject, told: Callable[[str], object]) -> tuple[int, list[str]]:
    """Return how many properties a module got, and those that fresh values contradict."""
    laws, own = found(subject)
    wrong = []
    for law in laws:
        claim = f"{subject.name}: {law.left} == {law.right}"
        told(f"{claim} ({law.because}, {law.kills} mutants{'' if law.counter is None else f', {law.counter}'})")
        if law.counter is None:
            text = file([asked(law)], subject.project.module, own, "Fresh values.")
            ended = gate(Sandbox(), subject.project, {"test_fresh.py": text}, threading.Event(), runs=1)
            wrong += [] if ended.passed("test_fresh") else [claim]
    return sum(law.counter is None for law in laws), wrong


def test_properties_of_a_module_of_the_standard_kind_hold_on_fresh_values() -> None:
    source = b"def normalize(text: str) -> str:\n    return ' '.join(text.split()).lower()\n"
    assert false_ones(Subject("clean", Project({"clean.py": source}, "clean.py")), str) == (1, [])


@pytest.mark.slow
@pytest.mark.timeout(3600)  # dozens of modules, at a budget of the clock each
def test_no_property_of_the_pinned_modules_is_contradicted_by_fresh_values() -> None:
    lines: list[str] = []
    results = [false_ones(subject, lines.append) for subject in pinned_modules(None)]
    sys.stdout.write("\n".join([*lines, f"{sum(count for count, _ in results)} properties of {len(results)} modules"]))
    assert [wrong for _, listed in results for wrong in listed] == []
