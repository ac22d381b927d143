"""Runs proposed scenarios in the sandbox: what they add to a finished search. Its report is untrusted."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from tree_sitter import Node as Syntax

from domains.codegen.engine.types import Project, Survivor
from domains.codegen.javascript.exploring import Scenario, Seen, own
from domains.codegen.javascript.mutators import Mutant, mutants
from domains.codegen.javascript.runner import Node
from sandbox import Sandbox

_LEAST_S = 2.0
_GRACE_S = 6.0


class Added(BaseModel):
    """What something tried adds: the lines it ran, and by number the survivors that it noticed."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    steady: bool
    lines: tuple[int, ...]
    kills: tuple[int, ...]


class Tried(Added):
    """What a scenario did; `seen` is None where it did not come to its last step."""

    seen: Seen | None


_REPORT: TypeAdapter[list[Tried]] = TypeAdapter(list[Tried])


def attempt(
    box: Sandbox, node: Node, project: Project, root: Syntax, scenarios: Sequence[Scenario],
    surviving: Sequence[Survivor], *, seconds: float, cancelled: threading.Event,
) -> list[Tried]:  # fmt: skip
    """Run scenarios; empty where the report does not fit them. Raises Cancelled, SandboxUnavailable."""
    budget = max(seconds, _LEAST_S)
    plan: dict[str, Any] = {
        "scenarios": [scenario.model_dump() for scenario in scenarios],
        "mutants": [
            {"survivor": n, "line": one.line, "start": one.start, "end": one.end, "text": one.text}
            for n, one in survived(mutants(project.source, root), surviving)
        ],
        "own": own(root),
        "budget": budget,
    }
    outcome = node.run(box, "trial.cjs", plan, project, wall_s=budget * 2 + _GRACE_S, cancelled=cancelled)
    try:
        tried = _REPORT.validate_json(outcome.report)
    except ValidationError:
        return []
    return tried if len(tried) == len(scenarios) else []


def survived(listed: Sequence[Mutant], surviving: Sequence[Survivor]) -> Iterator[tuple[int, Mutant]]:
    """Yield the changes that survived, each with the number of the survivor that reads as it does."""
    numbers: dict[tuple[int, str], list[int]] = {}
    for n, one in enumerate(surviving):
        numbers.setdefault((one.line, one.change), []).append(n)
    for mutant in listed:
        yield from ((n, mutant) for n in numbers.get((mutant.line, mutant.change), ()))
