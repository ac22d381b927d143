"""Marks: what a run found out stands at the functions it is about, in the person's language."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol.types import DiagnosticSeverity
from pygls.workspace import TextDocument

from clients.lsp import marks
from clients.lsp.api import Generated
from clients.lsp.problems import Problem, Text

DOCUMENT = TextDocument("file:///far.py", "import os\n\n\ndef trim(text):\n    return text.strip()\n")
BUG = {
    "symbol": "trim", "contract": "It never returns None.", "counter_example": "trim('')", "expected": "''",
    "observed": "None", "test": "test_trim",
}  # fmt: skip
LEFT = {"name": "test_trim_twice_is_trim_once", "reason": "only its name suggested it", "symbol": "trim"}
REFUTED = {**LEFT, "counter_example": "text=' a '"}


def made(**more: Any) -> Generated:
    figures = {"executed": True, "line_coverage": 1.0, "branch_coverage": None, "mutation_score": None}
    return Generated.model_validate({"files": {}, "tests": [], "suspected_bugs": [], **figures, **more})


def test_a_bug_is_a_warning_and_a_law_not_confirmed_a_hint_both_at_their_function() -> None:
    bug, left = marks.findings(DOCUMENT, made(suspected_bugs=[BUG], left_out=[REFUTED]), "en")
    assert (bug.severity, bug.code, bug.data) == (DiagnosticSeverity.Warning, "suspected_bug", "test_trim")
    assert (left.severity, left.code) == (DiagnosticSeverity.Hint, "left_out")
    assert {one.range.start.line for one in (bug, left)} == {3}


@pytest.mark.parametrize(
    ("language", "words"), [("en", "does not hold for text=' a '"), ("zh", "对 text=' a ' 不成立")]
)
def test_values_are_told_in_the_persons_language(language: Any, words: str) -> None:
    (left,) = marks.findings(DOCUMENT, made(left_out=[REFUTED]), language)
    assert words in left.message
    assert LEFT["name"] in left.message


@pytest.mark.parametrize(("language", "begin"), [("en", "Left out: "), ("zh", "已舍弃：")])
def test_without_values_the_servers_words_are_told(language: Any, begin: str) -> None:
    (left,) = marks.findings(DOCUMENT, made(left_out=[LEFT]), language)
    assert left.message.startswith(begin)
    assert LEFT["reason"] in left.message


def test_what_is_of_no_function_stands_in_the_first_line() -> None:
    (left,) = marks.findings(DOCUMENT, made(left_out=[{**LEFT, "symbol": ""}]), "en")
    assert left.range.start.line == 0


def test_a_server_of_before_tells_of_nothing_left_out() -> None:
    assert marks.findings(DOCUMENT, made(), "en") == []


def test_a_syntax_error_beyond_the_text_stands_at_its_end() -> None:
    problem = Problem("syntax_error", Text("Wrong.", "错。"), line=99, column=99)
    mark = marks.syntax(DOCUMENT, problem, "zh")
    assert (mark.range.start.line, mark.message) == (4, "错。")
    assert mark.range.start == mark.range.end
