"""Runs proposed scenarios in the sandbox: what they add to a finished search. Its report is untrusted."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.exploring import SOURCES, library, packages, program, sources
from domains.codegen.engine.inside.scenarios import Scenario, Seen
from domains.codegen.engine.types import Project, Survivor
from sandbox import MIB, Job, Limits, Sandbox

_LEAST_S = 2.0
_GRACE_S = 4.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What a scenario did. `lines` of those that were missing, `kills` by number of those that survived."""

    seen: tuple[Seen, ...]
    steady: bool
    lines: tuple[int, ...]
    kills: tuple[int, ...]

    @property
    def usable(self) -> bool:
        """Whether it came to the same end twice."""
        return self.steady and bool(self.seen) and self.seen[-1].kind != "stalled"


_REPORT: TypeAdapter[list[Tried]] = TypeAdapter(list[Tried])


def attempt(
    box: Sandbox,
    project: Project,
    scenarios: Sequence[Scenario],
    missing: Sequence[int],
    surviving: Sequence[Survivor],
    *,
    seconds: float,
    cancelled: threading.Event,
) -> list[Tried]:
    """Run scenarios; empty where the report does not fit them. Raises Cancelled, SandboxUnavailable."""
    budget = max(seconds, _LEAST_S)
    plan = {
        "module": project.module, "file": f"{SOURCES}/{project.target}", "path": [SOURCES], "seed": 1,
        "budget": budget, "scenarios": [asdict(scenario) for scenario in scenarios], "missing": list(missing),
        "surviving": [(survivor.line, survivor.change) for survivor in surviving],
    }  # fmt: skip
    limit = int(budget * 2 + _GRACE_S)
    job = Job(
        program("trial"),
        files={**sources(project), **library()},
        stdin=json.dumps(plan).encode(),
        folders=packages(),
        environment={"PYTHONPATH": "", "PYTHONHASHSEED": "0"},
        limits=Limits(wall_s=limit, cpu_s=limit, memory=1024 * MIB, output=4 * MIB),
    )
    outcome = box.run(job, cancelled=cancelled)
    if outcome.ending == "cancelled":
        raise Cancelled("stopped by the caller")
    try:
        tried = _REPORT.validate_json(outcome.report)
    except ValidationError:
        return []
    return tried if len(tried) == len(scenarios) else []
