"""A line belongs to the statement that runs it, however many lines that has."""

from __future__ import annotations

import ast

import pytest

from domains.codegen.engine.inside.statements import Statements

SOURCE = '''\
WORDS = [
    "one",
    "two",
]


def spell(
    n,
    start=1,
):
    """Say a number."""
    if (
        n > 1
        and start
    ):
        return {
            1: "one",
            2: "two",
        }[n]
    try:
        return WORDS[n]
    except (
        IndexError,
        KeyError,
    ):
        return "many"


@staticmethod
@staticmethod
def other(): return 1
'''


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        (3, 1, 4), (1, 1, 4), (9, 7, 10), (13, 12, 15), (14, 12, 15), (16, 16, 19), (18, 16, 19), (20, 20, 20),
        (21, 21, 21), (23, 22, 25), (26, 26, 26),
    ],
)  # fmt: skip
def test_the_innermost_statement_counts_without_its_body(line: int, first: int, last: int) -> None:
    assert Statements(ast.parse(SOURCE)).of(line) == frozenset(range(first, last + 1))


def test_a_line_of_no_statement_is_alone() -> None:
    assert Statements(ast.parse(SOURCE)).of(5) == {5}
    assert Statements(ast.parse("")).of(9) == {9}


def test_a_run_that_came_by_the_first_line_ran_the_statement() -> None:
    statements = Statements(ast.parse(SOURCE))
    assert statements.runs(18, {16})
    assert not statements.runs(18, {12, 20})
    assert not statements.runs(18, set())


def test_the_cases_of_a_match_are_statements_of_their_own() -> None:
    tree = ast.parse(
        "match n:\n    case (\n        1 |\n        2\n    ):\n        x = 1\n    case _:\n        x = 2\n"
    )
    statements = Statements(tree)
    assert statements.of(4) == {3, 4, 5}
    assert statements.of(6) == {6}
    assert statements.of(1) == {1, 2}  # the pattern begins on the third line
