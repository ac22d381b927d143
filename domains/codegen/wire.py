"""Generated tests as JSON: the keys that commands and the API share."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from domains.codegen.engine.types import Coverage, Generated, WrittenTest


def to_fields(made: Generated) -> dict[str, Any]:
    """Return what was made under its public keys; shares from 0 to 1."""
    score = made.mutation_score
    return {
        "files": dict(made.files),
        "tests": [test_fields(test) for test in made.tests],
        "executed": True,
        "line_coverage": round(made.coverage.line, 4),
        "branch_coverage": None if made.coverage.branch is None else round(made.coverage.branch, 4),
        "missing_lines": list(made.coverage.missing_lines),
        "before": None if made.before is None else _coverage(made.before),
        "mutation_score": None if score is None else round(score, 4),
        "mutants": made.mutants,
        "surviving": [asdict(survivor) for survivor in made.surviving],
        "suspected_bugs": [asdict(bug) for bug in made.suspected_bugs],
        "flaky": list(made.flaky),
        "left_out": [asdict(one) for one in made.left_out],
        "model": asdict(made.model),
        "timings": dict(made.timings),
        "seconds": made.timings.get("total_s"),
    }


def test_fields(test: WrittenTest) -> dict[str, Any]:
    """Return one test."""
    return {
        "name": test.name, "label": test.label, "status": test.status, "scenario": test.scenario,
        "symbol": test.symbol, "code": test.code, "reason": test.reason, "by_model": list(test.by_model),
    }  # fmt: skip


def _coverage(coverage: Coverage) -> dict[str, float | None]:
    return {"line": round(coverage.line, 4), "branch": None if coverage.branch is None else round(coverage.branch, 4)}
