"""How often the check keeps silent, where it should and where it should not. Behind `manage.py evaluate abstain`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from domains.evidence.check import EvidenceCheck
from domains.evidence.found import NOWHERE, OFF
from domains.evidence.pool import prepare
from domains.evidence.rows import Row
from retrieval.protocols import Encoder

KINDS = NOWHERE | {"retrieved", "removed"}


@dataclass(frozen=True, slots=True)
class AbstainFigures:
    """Rates from 0 to 1, None where there was nothing to measure; `counts` by label, and refused among them.

    `refused_by_kind` tells the demo's rows apart: `retrieved` is answerable; `removed`, `near`, `not_stated` are not;
    `off` is about nothing any document is about. `free_off` is the share of `off` that a model may answer on its own,
    `free_about` that of all others: there its words would take the place of documents.
    """

    refused_unanswerable: float | None
    refused_answerable: float | None
    counts: dict[str, int]
    refused_by_kind: dict[str, float]
    free_off: float | None
    free_about: float | None


def evaluate(rows: Iterable[Row], check: EvidenceCheck) -> AbstainFigures:
    """Judge each row. Unanswerable and underspecified ones should be refused, answerable ones not; partial ones are
    counted and left out of both rates.
    """
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    free: Counter[bool] = Counter()
    for row in rows:
        evidence = check.judge(row.question, row.hits)
        counts[row.label] += 1
        counts[f"refused_{row.label}"] += not evidence.sufficient
        kinds[row.kind] += 1
        refused[row.kind] += not evidence.sufficient
        free[row.kind == OFF] += not evidence.related
    silent = counts["unanswerable"] + counts["underspecified"]
    off = kinds[OFF]
    return AbstainFigures(
        refused_unanswerable=_share(counts["refused_unanswerable"] + counts["refused_underspecified"], silent),
        refused_answerable=_share(counts["refused_answerable"], counts["answerable"]),
        counts=dict(sorted(counts.items())),
        refused_by_kind={kind: round(refused[kind] / kinds[kind], 3) for kind in sorted(KINDS & kinds.keys())},
        free_off=_share(free[True], off),
        free_about=_share(free[False], kinds.total() - off),
    )


def _share(some: int, of: int) -> float | None:
    return some / of if of else None


def evaluate_files(paths: Sequence[Path], encoder: Encoder, check: EvidenceCheck | None = None) -> AbstainFigures:
    """Measure over files in MTRAG-UN's form, or the test split of files in the demo's."""
    rows = [row for path in paths for row in prepare(path, encoder, "test")]
    return evaluate(rows, check or EvidenceCheck.load())
