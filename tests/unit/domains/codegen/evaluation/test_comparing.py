"""Ours and the peer's are judged by the same tools, and what is ahead is said strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from domains.codegen.engine.types import Coverage, Options, Project
from domains.codegen.evaluation import peers
from domains.codegen.evaluation.comparing import Compared, Comparison
from domains.codegen.evaluation.corpus import Subject
from domains.codegen.evaluation.keeping import Kept
from domains.codegen.evaluation.measure import Measured
from domains.codegen.evaluation.peers import NOTHING, Judged, Suite
from sandbox import Sandbox

NOWHERE = Kept(None, Options())


def judged(line: float, killed: int, mutants: int = 10, branch: float | None = None) -> Judged:
    return Judged(Coverage(line, branch), killed, mutants)


@pytest.mark.parametrize(
    ("ours", "theirs", "ahead"),
    [
        (judged(0.9, 5), judged(0.8, 4), True),
        (judged(0.9, 5), judged(0.9, 4), True),
        (judged(0.9, 5), judged(0.9, 5), False),
        (judged(0.9, 3), judged(0.8, 4), False),
        (judged(0.7, 5), judged(0.8, 4), False),
        (judged(0.5, 1), NOTHING, True),
        (NOTHING, NOTHING, False),
    ],
)
def test_ahead_is_behind_in_neither(ours: Judged, theirs: Judged, ahead: bool) -> None:
    assert Compared("m", ours, theirs).ahead is ahead


def test_lines_and_branches_count_alike() -> None:
    assert judged(1.0, 0, branch=0.5).covered == 0.75
    assert judged(1.0, 0).covered == 1.0


def test_a_suite_without_mutants_has_no_score() -> None:
    assert (NOTHING.score, judged(1.0, 3).score) == (0.0, 0.3)


def test_figures_are_medians_of_both_and_the_share_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    suites = {"a": judged(1.0, 8), "b": judged(0.6, 2), "p": judged(0.8, 4)}
    monkeypatch.setattr(peers, "pynguin", lambda *_: Suite({"test_p.py": "p"}))

    def judge(_box: Sandbox, _folder: Path, _project: Project, tests: Mapping[str, str]) -> Judged:
        return suites[next(iter(tests.values()))]

    monkeypatch.setattr(peers, "judged", judge)
    lines: list[str] = []
    comparison = Comparison(Sandbox(), 30, lines.append, Path("unused"), NOWHERE)
    for name in ("a", "b"):
        subject = Subject(name, Project({"m.py": b""}, "m.py"))
        comparison.add(subject, Measured(name, 1.0, None, None, (), 0, 1, 1.0, files={"test_m.py": name}))
    told = comparison.summary()
    assert (told["judged_mutation_score"], told["judged_coverage"], told["ahead"]) == (0.5, 0.8, 0.5)
    assert (told["peer"]["mutation_score"], told["peer"]["coverage"]) == (0.4, 0.8)
    assert told["peer"]["search_seconds"] == 30
    assert ["ahead" in line for line in lines] == [True, False]


def test_a_run_that_goes_on_asks_neither_the_judge_nor_the_peer_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(peers, "pynguin", lambda *_: asked.append("peer") or Suite({}, "no tests (timeout)"))
    monkeypatch.setattr(peers, "judged", lambda *_: asked.append("judge") or NOTHING)
    subject = Subject("m", Project({"m.py": b""}, "m.py"))
    told: list[str] = []
    for _ in range(2):
        comparison = Comparison(Sandbox(), 30, told.append, Path("unused"), Kept(tmp_path / "kept.jsonl", Options()))
        comparison.add(subject, Measured("m", 1.0, None, None, (), 0, 1, 1.0))
    assert asked == ["judge", "peer", "judge"]
    assert comparison.summary()["without_peer"] == 1
    assert all("no tests (timeout)" in line for line in told)


def test_nothing_compared_is_null() -> None:
    told = Comparison(Sandbox(), 30, lambda _: None, Path("unused"), NOWHERE).summary()
    assert (told["ahead"], told["judged_mutation_score"], told["peer"]["coverage"]) == (None, None, None)
