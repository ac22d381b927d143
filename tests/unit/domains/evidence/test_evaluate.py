"""The figures of keeping silent."""

from __future__ import annotations

from collections.abc import Callable

from domains.evidence import EvidenceCheck
from domains.evidence.evaluate import AbstainFigures, evaluate
from domains.evidence.rows import Label, Row
from retrieval.types import Hit


def row(label: Label, *hits: Hit, kind: str = "", question: str = "When do refunds arrive?") -> Row:
    return Row(question, hits, label, "own", kind)


def test_each_label_is_counted_and_partial_is_left_out_of_the_rates(hit: Callable[..., Hit]) -> None:
    good = hit("Refunds arrive within 5 days.", similarity=0.92)
    bad = hit("Tea is green.", similarity=0.76)
    rows = [
        row("answerable", good),
        row("answerable", bad),
        row("unanswerable"),
        row("unanswerable", good),
        row("underspecified", bad),
        row("partial", bad),
    ]
    figures = evaluate(rows, EvidenceCheck.load())
    assert figures.refused_answerable == 0.5
    assert figures.refused_unanswerable == 2 / 3
    assert figures.counts["partial"] == 1


def test_kinds_are_told_apart_and_so_is_who_may_be_answered_freely(hit: Callable[..., Hit]) -> None:
    good = hit("Refunds arrive within 5 days.", similarity=0.92)
    far = hit("Tea is green.", similarity=0.74)
    rows = [
        row("answerable", good, kind="retrieved"),
        row("unanswerable", far, kind="off", question="Tell me a joke"),
        row("unanswerable", kind="off", question="Write a poem about rain"),
        row("unanswerable", far, kind="removed"),
    ]
    figures = evaluate(rows, EvidenceCheck.load())
    assert figures.refused_by_kind == {"off": 1.0, "removed": 1.0, "retrieved": 0.0}
    assert figures.free_off == 1.0
    assert figures.free_about in {0.0, 0.5}


def test_nothing_to_measure_is_none() -> None:
    assert evaluate([], EvidenceCheck.load()) == AbstainFigures(None, None, {}, {}, None, None)
