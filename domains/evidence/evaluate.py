"""How often the check keeps silent, where it should and where it should not. Behind `manage.py evaluate abstain`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from domains.evidence.check import EvidenceCheck
from domains.evidence.pool import prepare
from domains.evidence.rows import Row
from retrieval.protocols import Encoder


@dataclass(frozen=True, slots=True)
class AbstainFigures:
    """Rates from 0 to 1, None where there was nothing to measure; `counts` by label, and refused among them."""

    refused_unanswerable: float | None
    refused_answerable: float | None
    counts: dict[str, int]


def evaluate(rows: Iterable[Row], check: EvidenceCheck) -> AbstainFigures:
    """Judge each row. Unanswerable and underspecified ones should be refused, answerable ones not; partial ones are
    counted and left out of both rates.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.label] += 1
        counts[f"refused_{row.label}"] += not check.judge(row.question, row.hits).sufficient
    silent = counts["unanswerable"] + counts["underspecified"]
    refused = counts["refused_unanswerable"] + counts["refused_underspecified"]
    answerable = counts["answerable"]
    return AbstainFigures(
        refused_unanswerable=refused / silent if silent else None,
        refused_answerable=counts["refused_answerable"] / answerable if answerable else None,
        counts=dict(sorted(counts.items())),
    )


def evaluate_files(paths: Sequence[Path], encoder: Encoder, check: EvidenceCheck | None = None) -> AbstainFigures:
    """Measure over files in MTRAG-UN's form, or the test split of files in the demo's."""
    rows = [row for path in paths for row in prepare(path, encoder, "test")]
    return evaluate(rows, check or EvidenceCheck.load())
