"""Measures the generator: coverage, mutants, bugs found, false alarms, time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median

from domains.codegen.engine.errors import EngineError
from domains.codegen.engine.types import Contribution, Generated, Options, Project
from domains.codegen.evaluation.corpus import Subject
from domains.codegen.helping.asking import Source
from domains.codegen.making import fails, generate
from sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Measured:
    """One program. Shares from 0 to 1; `found` says for each wrong version whether a test failed on it."""

    name: str
    line: float
    branch: float | None
    mutation: float | None
    found: tuple[bool, ...]
    false_alarms: int
    tests: int
    seconds: float
    error: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """What was handed out, the suspected bugs aside."""
    model: Contribution = field(default_factory=Contribution)


def measure(box: Sandbox, subject: Subject, options: Options, source: Source | None = None) -> Measured:
    """Generate tests for one program and judge them; a program that cannot be tested counts as nothing covered."""
    began = time.monotonic()
    try:
        made = generate(box, subject.project, options, None, source)
    except EngineError as error:
        return Measured(
            subject.name,
            0.0,
            None,
            0.0,
            tuple(False for _ in subject.wrong),
            0,
            0,
            time.monotonic() - began,
            str(error),
        )
    seconds = time.monotonic() - began
    found = tuple(_notices(box, subject.project, made, wrong) for wrong in subject.wrong)
    return Measured(
        subject.name, made.coverage.line, made.coverage.branch, made.mutation_score, found,
        len(made.suspected_bugs), len(made.tests), seconds, files=handed_out(made), model=made.model,
    )  # fmt: skip


def handed_out(made: Generated) -> dict[str, str]:
    """Return the files of tests that pass."""
    return {name: text for name, text in made.files.items() if "suspected" not in name.lower()}


def _notices(box: Sandbox, project: Project, made: Generated, wrong: bytes) -> bool:
    """Whether a test that passes on the right program fails on the wrong one."""
    files = handed_out(made)
    changed = replace(project, files={**project.files, project.target: wrong})
    return bool(files) and fails(box, changed, files)


def summary(rows: list[Measured]) -> dict[str, float | int | None]:
    """Return the figures under their public names: medians, shares, and the 90th percentile of seconds."""
    seconds = sorted(row.seconds for row in rows)
    branches = [row.branch for row in rows if row.branch is not None]
    mutations = [row.mutation for row in rows if row.mutation is not None]
    wrong = [found for row in rows for found in row.found]
    return {
        "line_coverage": round(median(row.line for row in rows), 4) if rows else None,
        "branch_coverage": round(median(branches), 4) if branches else None,
        "mutation_score": round(median(mutations), 4) if mutations else None,
        "bugs_found": round(sum(wrong) / len(wrong), 4) if wrong else None,
        "false_alarms": sum(row.false_alarms for row in rows),
        "seconds_p90": round(seconds[math.ceil(0.9 * len(seconds)) - 1], 2) if seconds else None,
        "modules": len(rows),
        **_helped(rows),
    }


def _helped(rows: list[Measured]) -> dict[str, int | float]:
    """Sum what a model gave; nothing where none was asked."""
    asked = [row.model for row in rows if row.model.state == "asked"]
    if not asked:
        return {}
    counted = {key: sum(getattr(one, key) for one in asked) for key in _COUNTED}
    return {"model_asked": len(asked), **{f"model_{key}": round(value, 2) for key, value in counted.items()}}


_COUNTED = ("questions", "names", "reasons", "inputs", "expectations", "bugs", "refused", "seconds")


def measure_all(
    box: Sandbox,
    listed: list[Subject],
    options: Options,
    told: Callable[[Subject, Measured], None],
    one: Callable[[Sandbox, Subject, Options], Measured] = measure,
) -> list[Measured]:
    """Measure programs one after the other."""
    rows = []
    for subject in listed:
        rows.append(one(box, subject, options))
        told(subject, rows[-1])
    return rows
