"""What is measured is what was pinned."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from domains.codegen import evaluation
from domains.codegen.evaluation.corpus import CorpusBroken, pinned, subjects
from domains.codegen.evaluation.measure import Measured, summary

LIST = Path(evaluation.__file__).with_name("modules.jsonl")


def test_the_list_is_the_one_that_was_committed_before_the_engine() -> None:
    digest = hashlib.sha256(LIST.read_bytes()).hexdigest()
    assert digest == "277d420d7f841544d0bcb5c98640ab2352d4515df9da69974ac483e4183d129f"


def test_the_list_holds_what_the_goals_ask_for() -> None:
    tiers = [json.loads(line)["tier"] for line in LIST.read_text().splitlines()]
    assert tiers.count("typed") >= 40
    assert tiers.count("untyped") >= 30


@pytest.fixture
def row(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "wheels").mkdir()
    wheel = tmp_path / "wheels" / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("shop/__init__.py", "")
        archive.writestr("shop/price.py", "def f(): return 1\n")
        archive.writestr("shop-1.0.dist-info/METADATA", "x")
    return {
        "tier": "typed", "package": "shop", "version": "1.0", "wheel": wheel.name, "path": "shop/price.py",
        "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "sha256": hashlib.sha256(b"def f(): return 1\n").hexdigest(),
    }  # fmt: skip


def test_a_module_comes_with_its_package(row: dict[str, Any], tmp_path: Path) -> None:
    (subject,) = pinned([row], tmp_path)
    assert subject.project.module == "shop.price"
    assert set(subject.project.files) == {"shop/__init__.py", "shop/price.py"}


def test_a_wheel_of_two_packages_comes_whole_without_its_metadata(row: dict[str, Any], tmp_path: Path) -> None:
    wheel = tmp_path / "wheels" / row["wheel"]
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("beside/__init__.py", "")
        archive.writestr("beside/fast.so", b"x")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (subject,) = pinned([{**row, "wheel_sha256": digest}], tmp_path)
    assert set(subject.project.files) == {"shop/__init__.py", "shop/price.py", "beside/__init__.py"}


@pytest.mark.parametrize("key", ["wheel_sha256", "sha256"])
def test_another_file_than_the_pinned_one_is_refused(row: dict[str, Any], tmp_path: Path, key: str) -> None:
    with pytest.raises(CorpusBroken, match="pinned"):
        list(pinned([{**row, key: "0" * 64}], tmp_path))


def test_programs_of_the_data_sets_are_read(tmp_path: Path) -> None:
    rows = [
        {"name": "a", "python_correct": "x = 1", "python_buggy": "x = 2"},
        {"task_id": "HumanEval/0", "prompt": "def f():\n", "canonical_solution": "    return 1\n"},
        {"task_id": 7, "code": "y = 1"},
        {"task_id": "ClassEval_0", "solution_code": "class A: pass"},
        {"nothing": "known"},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    found = subjects(path)
    assert [subject.name for subject in found] == ["a", "HumanEval/0", "7", "ClassEval_0"]
    assert found[0].wrong == (b"x = 2",)
    assert found[1].project.source == "def f():\n    return 1\n"


def test_a_folder_is_searched_recursively(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.py").write_text("x = 1")
    (tmp_path / "d.txt").write_text("no")
    assert [subject.name for subject in subjects(tmp_path)] == ["a/b/c.py"]


def measured(line: float, mutation: float | None, found: tuple[bool, ...] = (), alarms: int = 0) -> Measured:
    return Measured("x", line, None, mutation, found, alarms, 1, line * 10)


def test_figures_are_medians_shares_and_a_percentile() -> None:
    rows = [measured(0.5, 0.2, (True,)), measured(0.9, None, (False,), 2), measured(1.0, 0.8, (True, True))]
    told = summary(rows)
    assert (told["line_coverage"], told["mutation_score"], told["branch_coverage"]) == (0.9, 0.5, None)
    assert (told["bugs_found"], told["false_alarms"], told["modules"]) == (0.75, 2, 3)
    assert told["seconds_p90"] == 10.0


def test_nothing_measured_is_null() -> None:
    assert summary([])["line_coverage"] is None


def test_a_data_set_is_read_though_modules_lie_beside_it(tmp_path: Path) -> None:
    """quixbugs keeps the classes that its Java programs share in the same folder."""
    (tmp_path / "corpus" / "java_programs").mkdir(parents=True)
    (tmp_path / "corpus" / "java_programs" / "Node.java").write_text("package java_programs;\nclass Node {}\n")
    (tmp_path / "dev").mkdir()
    row = {"name": "gcd", "java_correct": "package correct_java_programs;\nclass GCD {}", "java_buggy": "class GCD {}"}
    (tmp_path / "dev" / "programs.jsonl").write_text(json.dumps(row) + "\n")
    (subject,) = subjects(tmp_path, "java")
    assert subject.name == "gcd"
    assert set(subject.project.files) == {"programs/GCD.java", "programs/Node.java"}


def test_rows_that_hold_no_program_leave_a_folder_of_modules_one(tmp_path: Path) -> None:
    (tmp_path / "fee.js").write_text("module.exports = {};\n")
    (tmp_path / "log.jsonl").write_text('{"level": "info"}\n[1]\n7\n')
    assert [subject.name for subject in subjects(tmp_path, "javascript")] == ["fee.js"]


def test_a_file_without_json_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("no json\n")
    with pytest.raises(CorpusBroken, match="lines of JSON"):
        subjects(tmp_path / "rows.jsonl", "java")
