"""Our tests and a peer's for the same modules in the same run, judged by the same tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from domains.codegen.evaluation import peers
from domains.codegen.evaluation.corpus import Subject
from domains.codegen.evaluation.keeping import Kept, Theirs
from domains.codegen.evaluation.measure import Measured
from domains.codegen.evaluation.peers import NOTHING, Judged
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
    kept: Kept
    rows: list[Compared] = field(default_factory=list)

    def add(self, subject: Subject, measured: Measured) -> None:
        """Compare one module."""
        ours, theirs = self._ours(subject, measured), self._theirs(subject)
        row = Compared(subject.name, ours, theirs.judged)
        self.rows.append(row)
        self.told(
            f"  by mutmut {ours.killed}/{ours.mutants}, covered {ours.covered:.2f}; Pynguin {row.theirs.killed}/"
            f"{row.theirs.mutants}, covered {row.theirs.covered:.2f}{'; ahead' if row.ahead else ''} {theirs.failed}"
        )

    def _ours(self, subject: Subject, measured: Measured) -> Judged:
        judged = self.kept.judged(subject.name)
        if judged is None:
            judged = peers.judged(self.box, self.folder, subject.project, measured.files)
            self.kept.keep_judged(subject.name, judged)
        return judged

    def _theirs(self, subject: Subject) -> Theirs:
        peer = f"pynguin {peers.version('pynguin')} {self.seconds}"
        theirs = self.kept.theirs(subject.name, peer)
        if theirs is None:
            suite = peers.pynguin(self.box, self.folder, subject.project, self.seconds)
            judged = peers.judged(self.box, self.folder, subject.project, suite.files)
            theirs = Theirs(judged, suite.failed or ("" if judged != NOTHING else "its tests could not be run"))
            self.kept.keep_theirs(subject.name, peer, theirs)
        return theirs

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
            "without_peer": sum(row.theirs == NOTHING for row in self.rows),
            "ahead": round(sum(row.ahead for row in self.rows) / len(self.rows), 4) if self.rows else None,
        }  # fmt: skip


def _middle(values: list[float]) -> float | None:
    return round(median(values), 4) if values else None
