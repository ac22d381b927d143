"""What a module's source says about good inputs."""

from __future__ import annotations

import ast
import random

import pytest

from domains.codegen.engine.inside.harvest import Harvest, harvest


def read(source: str) -> Harvest:
    return harvest(ast.parse(source), random.Random(1))


@pytest.mark.parametrize(
    ("written", "number"),
    [("10 ** 6", 10**6), ("60 * 60", 3600), ("2**31 - 1", 2**31 - 1), ("1 << 16", 65536), ("-(3 * 5)", -15),
     ("100 // 3", 33), ("24 * 60 * 60", 86400)],
)  # fmt: skip
def test_a_number_that_is_only_written_as_a_computation_is_tried_with_its_neighbours(written: str, number: int) -> None:
    found = read(f"def f(n):\n    return n == {written}\n")
    assert {number, number - 1, number + 1} <= set(found.ints)


def test_a_quotient_is_a_number_with_a_fraction() -> None:
    assert 0.125 in read("def f(n):\n    return n > 1 / 8\n").floats


@pytest.mark.parametrize(
    "written",
    ["10 ** 400", "2 ** -1 // 0", "1 / 0", "'a' * 3", "n * 3", "2 ** n", "True + True", "1 << 99999", "9 % 4"],
)
def test_what_is_no_number_or_one_that_nobody_writes_out_is_let_go(written: str) -> None:
    found = read(f"def f(n):\n    return n == {written}\n")
    assert all(abs(number) <= 10**6 for number in found.ints)
    assert all(abs(number) <= 10**6 for number in found.floats)


def test_the_neighbours_of_a_huge_number_are_not_tried() -> None:
    found = read(f"def f(n):\n    return n == {10**20}\n")
    assert set(found.ints) == {10**20}


def test_texts_patterns_and_examples_are_read() -> None:
    found = read('''
import re

def f(text):
    """Say it.

    >>> f("ab", 17)
    1
    """
    return re.match(r"[a-c]{2}", text) or text == "Q-1"
''')
    assert "Q-1" in found.texts
    assert "ab" in found.documented
    assert 17 in found.ints
    assert found.calls == ["f('ab', 17)"]
    assert any(set(text) <= set("abc") and len(text) == 2 for text in found.matching)
