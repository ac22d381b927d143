"""Stryker is pinned and made on demand, judges several programs in a run; what cannot be judged counts as nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from domains.codegen.engine.types import Options, Project
from domains.codegen.evaluation import stryker
from domains.codegen.evaluation.keeping import Kept
from domains.codegen.evaluation.peers import NOTHING, Judged, PeerAbsent
from domains.codegen.evaluation.stryker import Suite, judge_all, judged, packages, summary, version
from sandbox import Sandbox

FEE = b"function fee(total) {\n  if (total > 100) return 0;\n  return total + 1;\n}\nmodule.exports = { fee };\n"
WEAK = 'const { fee } = require("./fee");\ntest("a fee", () => {\n  expect(fee(50)).toBeDefined();\n});\n'
STRONG = (
    'const { fee } = require("./fee");\n'
    'test.each([[100, 101], [101, 0], [7, 8]])("fee of %p", (total, wanted) => {\n'
    "  expect(fee(total)).toBe(wanted);\n});\n"
)
LOCK = json.loads((stryker.PINS / "package-lock.json").read_text())
here = pytest.mark.skipif(not (stryker.HOME / "node_modules" / "jest").exists(), reason="Stryker was not asked for yet")


def suite(name: str, tests: str = STRONG) -> Suite:
    return Suite(name, Project({"fee.js": FEE}, "fee.js"), {"fee.test.js": tests} if tests else {})


def test_every_package_is_pinned_by_hash() -> None:
    listed = {name: row for name, row in LOCK["packages"].items() if name}
    assert listed["node_modules/@stryker-mutator/core"]["version"] == version() == "9.6.1"
    assert all("integrity" in row for row in listed.values())
    assert not any("resolved" in row for row in listed.values())  # any registry serves the same bytes


def test_an_environment_is_made_once_from_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def install(home: Path) -> None:
        made.append(home)
        core = home / "node_modules" / "@stryker-mutator" / "core"
        core.mkdir(parents=True)
        (core / "package.json").write_text("{}")

    monkeypatch.setattr(stryker, "_install", install)
    assert packages(tmp_path / "home") == packages(tmp_path / "home") == (tmp_path / "home").resolve()
    assert made == [tmp_path / "home"]
    assert (tmp_path / "home" / "package-lock.json").read_bytes() == (stryker.PINS / "package-lock.json").read_bytes()


def test_without_npm_it_is_said_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PeerAbsent, match=r"Node\.js 20"):
        packages(tmp_path / "home")


def test_a_run_that_judges_nothing_is_taken_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One program whose test fails as it is would cost the others their judgement."""
    runs: list[list[str]] = []

    def run(_box: Sandbox, _folder: Path, suites: Sequence[Suite]) -> tuple[Mapping[str, int], ...]:
        runs.append([one.name for one in suites])
        if any(one.name == "bad" for one in suites):
            return ()
        return tuple({"Killed": 2, "Timeout": 1, "Survived": 1, "NoCoverage": 1, "CompileError": 9} for _ in suites)

    monkeypatch.setattr(stryker, "_run", run)
    rows = judged(Sandbox(), tmp_path, [suite("a"), suite("bad"), suite("b")])
    assert runs == [["a", "bad", "b"], ["a"], ["bad"], ["b"]]
    assert [(row.killed, row.mutants) for row in rows] == [(3, 5), (0, 0), (3, 5)]


def test_programs_are_judged_in_parts_and_what_is_kept_is_not_judged_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runs: list[list[str]] = []

    def run(_box: Sandbox, _folder: Path, suites: Sequence[Suite]) -> list[Judged]:
        runs.append([one.name for one in suites])
        return [Judged(NOTHING.coverage, 1, 2) for _ in suites]

    monkeypatch.setattr(stryker, "judged", run)
    monkeypatch.setattr(stryker, "TOGETHER", 2)
    suites = [suite("a"), suite("empty", ""), suite("b"), suite("c")]
    told: list[str] = []
    for _ in range(2):
        rows = judge_all(Sandbox(), tmp_path, suites, Kept(tmp_path / "kept.jsonl", Options()), told.append)
        assert [row.mutants for row in rows] == [2, 0, 2, 2]
    assert runs == [["a", "b"], ["c"]]
    assert told == ["a: by Stryker 1/2", "b: by Stryker 1/2", "c: by Stryker 1/2"]


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ([(3, 4), (1, 4), (0, 0)], {"judged": 2, "judged_mutation_score": 0.5, "judged_mutants_killed": 0.5}),
        ([(9, 10), (1, 2)], {"judged": 2, "judged_mutation_score": 0.7, "judged_mutants_killed": 0.8333}),
        ([], {"judged": 0, "judged_mutation_score": None, "judged_mutants_killed": None}),
    ],
)
def test_figures_say_how_many_programs_they_stand_on(counts: list[tuple[int, int]], wanted: dict[str, Any]) -> None:
    told = summary([Judged(NOTHING.coverage, killed, mutants) for killed, mutants in counts])
    assert told == {"judge": f"Stryker {version()}", **wanted}


@here
@pytest.mark.slow
def test_stryker_tells_a_strong_suite_from_a_weak_one() -> None:
    strong, weak = judged(Sandbox(), packages(), [suite("strong"), suite("weak", WEAK)])
    assert strong.mutants == weak.mutants >= 6
    assert strong.score > 0.8 > weak.score
