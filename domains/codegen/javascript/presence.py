"""Asks the Jest tests that are there what they cover: coverage, ways through the module, mutants that they notice."""

from __future__ import annotations

import threading
from dataclasses import asdict

from pydantic import BaseModel, ConfigDict, ValidationError

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Coverage, Options, Project
from domains.codegen.javascript.exploring import tried
from domains.codegen.javascript.gating import Gated, gate
from domains.codegen.javascript.runner import SOURCES, Node
from domains.codegen.javascript.structure import Structure
from sandbox import Sandbox

SHARE = 0.5
"""Share of the budget, on top of it, in which the tests that are there are run on mutants."""
_WAIT_S = 60.0


class Reached(BaseModel):
    """Ways through the module that the tests take, by their place, and the numbers of the mutants that they notice."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    hit: tuple[str, ...] = ()
    killed: tuple[int, ...] = ()


def ran(
    box: Sandbox, node: Node, project: Project, tests: dict[str, str], path: str, cancelled: threading.Event
) -> Gated:
    """Run test files once, in their own order. Raises SourceBroken when no test of `path` can be run, Cancelled."""
    try:
        gated = gate(box, node, project, tests, cancelled, runs=1, ordered=True)
    except SourceBroken as error:
        raise SourceBroken(f"{path} cannot be run: {error}") from error
    if not gated.ended and gated.why:
        raise SourceBroken(f"{path} cannot be run: {next(iter(gated.why.values()))[:300]}")
    return gated


def reached(
    box: Sandbox, node: Node, project: Project, path: str, structure: Structure, options: Options, before: Coverage,
    cancelled: threading.Event,
) -> Reached:  # fmt: skip
    """Return what a test file reaches and notices, as far as its time suffices. Raises Cancelled.

    Tests that end the program say nothing; then new tests may repeat what they do. A mutant on a line that no test
    runs is not tried.
    """
    seconds = options.budget_s * SHARE
    mutants = tried(project, structure, options)
    plan = {
        "tests": [f"{SOURCES}/{path}"],
        "mutants": [asdict(mutant) for mutant in mutants],
        "reaching": [n for n, mutant in enumerate(mutants) if mutant.line not in before.missing_lines],
        "seconds": seconds,
        "runs": 1,
    }
    outcome = node.run(box, "present.cjs", plan, project, wall_s=seconds * 2 + _WAIT_S, cancelled=cancelled)
    try:
        return Reached.model_validate_json(outcome.report)
    except ValidationError:
        return Reached()
