"""Asks the tests that are there what they cover: coverage, ways through the module, mutants that they notice."""

from __future__ import annotations

import json
import threading

from pydantic import ValidationError

from domains.codegen.engine.errors import Cancelled, SourceBroken
from domains.codegen.engine.existing import Existing
from domains.codegen.engine.exploring import SOURCES, Reached, library, packages, program, sources
from domains.codegen.engine.gating import arguments, gate, paths
from domains.codegen.engine.types import Coverage, Project
from sandbox import MIB, Job, Limits, Sandbox

_WAIT_S = 30.0


def covered(box: Sandbox, project: Project, there: Existing, cancelled: threading.Event) -> Coverage:
    """Return what a test file covers. Raises SourceBroken when none of its tests can be run, Cancelled."""
    gated = gate(box, project, {there.path: there.text}, cancelled, runs=1)
    if not gated.ended and gated.why:
        why = next(iter(gated.why.values())).strip().split("\n")[-1].removeprefix("E").strip()
        raise SourceBroken(f"{there.path} cannot be run: {why[-300:]}")
    return gated.covered()


def reached(box: Sandbox, project: Project, there: Existing, seconds: float, cancelled: threading.Event) -> Reached:
    """Return what a test file reaches and notices, as far as `seconds` suffice. Raises Cancelled.

    Tests that end the program or never end say nothing; then new tests may repeat what they do.
    """
    tests = {there.path: there.text}
    plan = {"file": f"{SOURCES}/{project.target}", "path": paths(), "seconds": seconds, **arguments(project, tests)}
    job = Job(
        program("present"),
        files={**sources(project), **library(), "tests/pytest.ini": b"[pytest]\naddopts =\n"},
        stdin=json.dumps(plan).encode(),
        folders=packages(),
        environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": "", "PYTHONHASHSEED": "0"},
        limits=Limits(wall_s=seconds + _WAIT_S, cpu_s=int(seconds + _WAIT_S), output=16 * MIB),
    )
    outcome = box.run(job, cancelled=cancelled)
    if outcome.ending == "cancelled":
        raise Cancelled("stopped by the caller")
    try:
        return Reached.model_validate_json(outcome.report)
    except ValidationError:
        return Reached()
