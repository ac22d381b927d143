"""Our tests and a peer's for the same modules in the same run, judged by the same tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from domains.codegen.evaluation import peers
from domains.codegen.evaluation.corpus import Subject
from domains.codegen.evaluation.measure import Measured
from domains.codegen.evaluation.peers import Judged
from sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Compared:
    """One module: both suites as coverage.py and mutmut see them."""

    name: str
    ours: Judged
    theirs: Judged

    @property
    def ahead(self) -> bool:
        """Whether ours is behind in neither coverage nor mutants, and ahead in one of them."""
        pairs = ((self.ours.covered, self.theirs.covered), (self.ours.score, self.theirs.score))
        return all(ours >= theirs for ours, theirs in pairs) and any(ours > theirs for ours, theirs in pairs)


@dataclass(slots=True)
class Comparison:
    """Runs Pynguin on each module that was measured, for `seconds` of search, and judges both."""

    box: Sandbox
    seconds: int
    told: Callable[[str], None]
    folder: Path
    rows: list[Compared] = field(default_factory=list)

    def add(self, subject: Subject, measured: Measured) -> None:
        """Compare one module."""
        ours = peers.judged(self.box, self.folder, subject.project, measured.files)
        written = peers.pynguin(self.box, self.folder, subject.project, self.seconds)
        theirs = peers.judged(self.box, self.folder, subject.project, written)
        row = Compared(subject.name, ours, theirs)
        self.rows.append(row)
        self.told(
            f"  by mutmut {ours.killed}/{ours.mutants}, covered {ours.covered:.2f}; Pynguin {theirs.killed}/"
            f"{theirs.mutants}, covered {theirs.covered:.2f}{'; ahead' if row.ahead else ''}"
        )

    def summary(self) -> dict[str, Any]:
        """Return medians of both and the share of modules where ours is ahead. Without mutants nothing is judged."""
        judged = [row for row in self.rows if row.ours.mutants or row.theirs.mutants]
        return {
            "judge": f"mutmut {peers.version('mutmut')}",
            "judged_mutation_score": _middle([row.ours.score for row in judged]),
            "judged_coverage": _middle([row.ours.covered for row in self.rows]),
            "peer": {
                "name": "pynguin", "version": peers.version("pynguin"), "search_seconds": self.seconds,
                "mutation_score": _middle([row.theirs.score for row in judged]),
                "coverage": _middle([row.theirs.covered for row in self.rows]),
            },
            "ahead": round(sum(row.ahead for row in self.rows) / len(self.rows), 4) if self.rows else None,
        }  # fmt: skip


def _middle(values: list[float]) -> float | None:
    return round(median(values), 4) if values else None
