"""Rows of data sets as programs: quixbugs, humaneval, humaneval_x, mbpp, classeval."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from domains.codegen.engine.types import Project


@dataclass(frozen=True, slots=True)
class Program:
    """A right program, and wrong versions of it."""

    name: str
    project: Project
    wrong: tuple[bytes, ...] = ()


def read(row: dict[str, Any], n: int, language: str) -> Program | None:
    """Read a row; None when it holds no program in this language."""
    return {"python": _python, "javascript": _javascript, "java": _java}[language](row, str(row.get("task_id", n)))


def _python(row: dict[str, Any], name: str) -> Program | None:
    if "python_correct" in row:
        wrong = (row["python_buggy"].encode(),)
        return Program(row["name"], _project(row["python_correct"], "program.py"), wrong)
    if "canonical_solution" in row:
        plain = "/" not in name or name.startswith(("HumanEval", "Python"))
        return Program(name, _project(row["prompt"] + row["canonical_solution"], "program.py")) if plain else None
    code = row.get("solution_code") or row.get("code")
    return Program(name, _project(code, "program.py")) if isinstance(code, str) else None


def _javascript(row: dict[str, Any], name: str) -> Program | None:
    """humaneval_x: a function that is not exported; here the last one is."""
    if not name.startswith("JavaScript") or "canonical_solution" not in row:
        return None
    source = row["prompt"] + row["canonical_solution"]
    named = re.findall(r"^(?:const|let|var|function)\s+([\w$]+)", row["declaration"], re.MULTILINE)
    return Program(name, _project(f"{source.rstrip()}\n\nmodule.exports = {{ {named[-1]} }};\n", "program.js"))


def _java(row: dict[str, Any], name: str) -> Program | None:
    """humaneval_x, and quixbugs, whose programs lie in packages of different names."""
    if "java_correct" in row:
        right, wrong = (packaged(row[key]) for key in ("java_correct", "java_buggy"))
        file = f"programs/{row['name'].upper()}.java"
        return Program(row["name"], Project({file: right}, file), (wrong,))
    if not name.startswith("Java/") or "canonical_solution" not in row:
        return None
    return Program(name, _project(row["prompt"] + row["canonical_solution"], "Solution.java"))


def packaged(source: str) -> bytes:
    """Return a Java file in the one package that right, wrong and shared programs are given."""
    return re.sub(r"\b(?:correct_)?java_programs\b", "programs", source).encode()


def _project(source: str, file: str) -> Project:
    return Project({file: source.encode()}, file)
