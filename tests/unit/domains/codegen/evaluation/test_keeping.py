"""A run that was ended goes on: rows count for the engine and the options that gave them, a peer's for the peer."""

from __future__ import annotations

from pathlib import Path

import pytest

from domains.codegen.engine.types import Coverage, Options, Project
from domains.codegen.evaluation import keeping
from domains.codegen.evaluation.corpus import Subject
from domains.codegen.evaluation.keeping import Kept, Theirs
from domains.codegen.evaluation.measure import Measured
from domains.codegen.evaluation.peers import NOTHING, Judged
from sandbox import Sandbox

ROW = Measured("m", 0.5, None, 0.25, (True, False), 1, 3, 2.0, "", {"test_m.py": "x = 1"})
JUDGED = Judged(Coverage(0.5, 0.25, (3, 4)), 2, 7)
SUBJECT = Subject("m", Project({"m.py": b""}, "m.py"))
OPTIONS = Options()


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what was really measured."""
    asked: list[str] = []

    def measure(_box: Sandbox, subject: Subject, _options: Options) -> Measured:
        asked.append(subject.name)
        return ROW

    monkeypatch.setattr(keeping, "measure", measure)
    return asked


def test_what_was_measured_is_not_measured_again_and_comes_back_whole(tmp_path: Path, measured: list[str]) -> None:
    for _ in range(3):
        assert Kept(tmp_path / "kept", OPTIONS).measure(Sandbox(), SUBJECT, OPTIONS) == ROW
    assert measured == ["m"]


def test_other_options_and_another_engine_are_measured_anew(
    tmp_path: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept"
    Kept(path, OPTIONS).measure(Sandbox(), SUBJECT, OPTIONS)
    other = Options(budget_s=3.0)
    Kept(path, other).measure(Sandbox(), SUBJECT, other)
    monkeypatch.setattr(keeping, "engine", lambda: "changed")
    Kept(path, OPTIONS).measure(Sandbox(), SUBJECT, OPTIONS)
    assert measured == ["m", "m", "m"]


def test_without_a_file_nothing_outlives_the_run(measured: list[str]) -> None:
    Kept(None, OPTIONS).measure(Sandbox(), SUBJECT, OPTIONS)
    Kept(None, OPTIONS).measure(Sandbox(), SUBJECT, OPTIONS)
    assert measured == ["m", "m"]


def test_judgements_are_ours_by_engine_and_theirs_by_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept"
    kept = Kept(path, OPTIONS)
    kept.keep_judged("m", JUDGED)
    kept.keep_theirs("m", "pynguin 1 30", Theirs(NOTHING, "no tests"))
    again = Kept(path, OPTIONS)
    assert (again.judged("m"), again.judged("n")) == (JUDGED, None)
    assert again.theirs("m", "pynguin 1 30") == Theirs(NOTHING, "no tests")
    assert again.theirs("m", "pynguin 2 30") is None
    monkeypatch.setattr(keeping, "engine", lambda: "changed")
    changed = Kept(path, OPTIONS)
    assert changed.judged("m") is None
    assert changed.theirs("m", "pynguin 1 30") is not None


@pytest.mark.parametrize("damage", ["{", "[]", '{"kind": 1}', '{"kind": "judged", "name": "m", "key": "k", "row": 3}'])
def test_a_line_that_was_cut_off_is_passed_over(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "kept"
    Kept(path, OPTIONS).keep_judged("m", JUDGED)
    path.write_text(path.read_text() + damage)
    assert Kept(path, OPTIONS).judged("m") == JUDGED


def test_a_row_of_an_older_form_is_measured_anew(tmp_path: Path, measured: list[str]) -> None:
    path = tmp_path / "kept"
    Kept(path, OPTIONS).measure(Sandbox(), SUBJECT, OPTIONS)
    path.write_text(path.read_text().replace('"tests": 3, ', ""))
    Kept(path, OPTIONS).measure(Sandbox(), SUBJECT, OPTIONS)
    assert measured == ["m", "m"]


def test_the_fingerprint_is_of_the_generator_and_not_of_its_evaluation() -> None:
    assert len(keeping.engine()) == 16
    assert keeping.engine() == keeping.engine()
