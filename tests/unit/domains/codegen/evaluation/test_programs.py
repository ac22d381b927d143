"""Rows of data sets as programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domains.codegen.evaluation.corpus import subjects
from domains.codegen.evaluation.programs import packaged, read

JS = {
    "task_id": "JavaScript/1", "prompt": "/* >>> f(1)\n 2 */\nconst f = (n) => {\n",
    "canonical_solution": "  return n + 1;\n}\n",
    "declaration": "\nconst f = (n) => {\n",
}  # fmt: skip
JAVA = {"task_id": "Java/1", "prompt": "class Solution {\n  int f() {\n", "canonical_solution": "    return 1;\n  }\n}"}
BUGS = {
    "name": "gcd", "java_correct": "package correct_java_programs;\nimport java_programs.Node;\npublic class GCD {}",
    "java_buggy": "package java_programs;\npublic class GCD { }", "python_correct": "x = 1", "python_buggy": "x = 2",
}  # fmt: skip


def test_a_function_of_javascript_is_exported() -> None:
    program = read(JS, 0, "javascript")
    assert program is not None
    assert program.project.source.endswith("  return n + 1;\n}\n\nmodule.exports = { f };\n")
    assert program.project.target == "program.js"


def test_a_solution_of_java_lies_in_its_file() -> None:
    program = read(JAVA, 0, "java")
    assert program is not None
    assert list(program.project.files) == ["Solution.java"]


def test_right_and_wrong_java_programs_share_a_package() -> None:
    program = read(BUGS, 0, "java")
    assert program is not None
    assert program.project.source == "package programs;\nimport programs.Node;\npublic class GCD {}"
    assert program.wrong == (b"package programs;\npublic class GCD { }",)
    assert program.project.target == "programs/GCD.java"


@pytest.mark.parametrize(
    ("row", "language", "there"),
    [
        (JS, "javascript", True), (JS, "python", False), (JS, "java", False), (JAVA, "javascript", False),
        (JAVA, "python", False), (BUGS, "python", True), (BUGS, "javascript", False),
        ({"code": "x = 1"}, "python", True),
        ({"task_id": "HumanEval/1", "prompt": "a", "canonical_solution": "b"}, "python", True), ({}, "python", False),
    ],
)  # fmt: skip
def test_a_row_is_read_in_its_own_language_alone(row: dict[str, Any], language: str, there: bool) -> None:
    assert (read(row, 0, language) is not None) is there


def test_only_the_packages_of_the_data_set_are_renamed() -> None:
    assert packaged("package java_programs;\nimport java.util.*;") == b"package programs;\nimport java.util.*;"


def test_a_folder_of_a_data_set_gives_its_programs(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "js.jsonl").write_text(json.dumps(JS) + "\n")
    (tmp_path / "dev" / "java.jsonl").write_text(json.dumps(JAVA) + "\n")
    assert [one.name for one in subjects(tmp_path, "javascript")] == ["JavaScript/1"]
    assert [one.name for one in subjects(tmp_path, "java")] == ["Java/1"]


def test_a_folder_of_modules_is_read_by_language_without_its_tests(tmp_path: Path) -> None:
    for name in ("a.py", "b.js", "b.test.js", "c.ts", "D.java", "DTest.java", "e.txt"):
        (tmp_path / name).write_text("")
    assert [one.name for one in subjects(tmp_path, "javascript")] == ["b.js", "c.ts"]
    assert [one.name for one in subjects(tmp_path, "java")] == ["D.java"]
    assert [one.name for one in subjects(tmp_path)] == ["a.py"]


def test_classes_that_programs_share_are_there(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "corpus" / "java_programs").mkdir(parents=True)
    (tmp_path / "corpus" / "java_programs" / "Node.java").write_text("package java_programs;\npublic class Node {}")
    (tmp_path / "dev" / "programs.jsonl").write_text(json.dumps(BUGS) + "\n")
    (subject,) = subjects(tmp_path / "dev" / "programs.jsonl", "java")
    assert set(subject.project.files) == {"programs/GCD.java", "programs/Node.java"}
