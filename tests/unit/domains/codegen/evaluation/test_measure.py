"""What is measured is judged; a slice of it holds a floor in every run, the pinned modules in the campaign."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

import pytest

from domains.codegen.engine.types import Contribution, Options, Project
from domains.codegen.evaluation.corpus import Subject, pinned_modules
from domains.codegen.evaluation.measure import Measured, measure, measure_all, summary
from sandbox import Sandbox

LIBRARY = Path(sysconfig.get_path("stdlib"))
UNTYPED = ("colorsys", "nturl2path", "getopt", "fnmatch", "graphlib", "genericpath")
"""Modules without a type, which every Python has; the engine was developed on them, so this is no figure."""
DOUBLE = b"def double(n):\n    if n < 0:\n        raise ValueError('negative')\n    return n * 2\n"


def subject(name: str) -> Subject:
    """A module of the library under another name, so that nothing imports it by accident."""
    file = f"copied_{name}.py"
    return Subject(name, Project({file: (LIBRARY / f"{name}.py").read_bytes()}, file))


def test_a_slice_of_untyped_modules_keeps_its_floor() -> None:
    names = random.Random(1).sample(UNTYPED, 3)
    told: list[str] = []
    rows = measure_all(
        Sandbox(), [subject(name) for name in names], Options(budget_s=2.0), lambda one, _: told.append(one.name)
    )
    assert told == names
    figures = summary(rows)
    assert figures["line_coverage"] is not None
    assert figures["line_coverage"] >= 0.6
    assert figures["mutation_score"] is not None
    assert figures["mutation_score"] >= 0.3
    assert figures["false_alarms"] == 0


@pytest.mark.slow
@pytest.mark.timeout(3600)  # dozens of modules, at a budget of the clock each
def test_the_pinned_untyped_modules_keep_their_floor() -> None:
    figures = summary(measure_all(Sandbox(), pinned_modules("untyped"), Options(), lambda *_: None))
    print(figures)  # noqa: T201 - `make campaign` keeps what is printed
    assert figures["modules"] == 34
    assert figures["line_coverage"] is not None
    assert figures["line_coverage"] >= 0.6
    assert figures["mutation_score"] is not None
    assert figures["mutation_score"] >= 0.4


@pytest.mark.slow
@pytest.mark.timeout(3600)  # dozens of modules, at a budget of the clock each
def test_a_slice_of_the_pinned_typed_modules_keeps_its_floor() -> None:
    listed = random.Random(1).sample(pinned_modules("typed"), 10)
    figures = summary(measure_all(Sandbox(), listed, Options(), lambda *_: None))
    print(figures)  # noqa: T201
    assert figures["line_coverage"] is not None
    assert figures["line_coverage"] >= 0.85
    assert figures["mutation_score"] is not None
    assert figures["mutation_score"] >= 0.6


def measured(source: bytes, wrong: tuple[bytes, ...] = ()) -> Measured:
    return measure(Sandbox(), Subject("m", Project({"m.py": source}, "m.py"), wrong), Options(budget_s=1.0))


def test_a_wrong_version_is_found_and_a_right_one_is_not() -> None:
    row = measured(DOUBLE, (DOUBLE.replace(b"n * 2", b"n + 2"), DOUBLE.replace(b"n * 2", b"2 * n"), b"broken("))
    assert row.found == (True, False, True)
    assert row.line == 1.0
    assert list(row.files) == ["test_m.py"]


def test_suspected_bugs_are_counted_and_not_handed_out() -> None:
    row = measured(b'def f(n):\n    """\n    >>> f(1)\n    5\n    """\n    return n\n')
    assert row.false_alarms == 1
    assert not any("suspected" in name for name in row.files)


@pytest.mark.parametrize("source", [b"x = 1\n", b"def f(:\n", b"raise RuntimeError('no')\n"])
def test_a_program_that_cannot_be_tested_counts_as_nothing_covered(source: bytes) -> None:
    row = measured(source, (source,))
    assert (row.line, row.mutation, row.found, row.tests) == (0.0, 0.0, (False,), 0)
    assert row.error


def helped(contribution: Contribution) -> Measured:
    return Measured("m", 1.0, None, 1.0, (), 0, 1, 0.1, model=contribution)


def test_what_a_model_gave_is_summed_over_the_modules_where_it_was_asked() -> None:
    rows = [
        helped(Contribution("asked", "small", 5, 2, 1, 1, 0, 0, 3, 1.25)),
        helped(Contribution("asked", "small", 1, 1, 0, 0, 2, 1, 0, 0.5)),
        helped(Contribution("away")),
    ]
    told = summary(rows)
    assert told["model_asked"] == 2
    assert [told[f"model_{key}"] for key in ("questions", "names", "inputs", "expectations", "bugs", "refused")] == [
        6, 3, 1, 2, 1, 3,
    ]  # fmt: skip
    assert told["model_seconds"] == 1.75


def test_without_a_model_no_figure_speaks_of_one() -> None:
    assert not any(key.startswith("model") for key in summary([helped(Contribution())]))
