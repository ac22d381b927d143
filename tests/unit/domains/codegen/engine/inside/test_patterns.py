"""Texts made for a pattern match it; near misses are one edit away."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.engine.inside import patterns


@pytest.mark.parametrize(
    "pattern",
    [
        r"[A-Z]{3}-\d{2,4}",
        r"^\s*(\w+)\s*=\s*(.+?)$",
        r"(?:GET|POST) /[a-z]+",
        r"[^,;]+",
        r"a*b+c?",
        r"(?P<year>\d{4})-(?P<month>\d\d)",
        r"[+-]?\d+(?:\.\d+)?",
        r"\D\W\S",
        r"x{2}|y{3}",
    ],
)
def test_some_of_the_texts_match(pattern: str) -> None:
    found = patterns.examples(pattern, 12, random.Random(1))
    assert any(re.search(pattern, text) for text in found)


def test_some_of_the_texts_miss_by_a_little() -> None:
    found = patterns.examples(r"[A-Z]{3}-\d{2}", 12, random.Random(1))
    assert any(re.fullmatch(r"[A-Z]{3}-\d{2}", text) is None for text in found)


@pytest.mark.parametrize("pattern", ["(", "[", "*a", "(?P<x>", "a{2,1}"])
def test_what_is_no_pattern_gives_nothing(pattern: str) -> None:
    assert patterns.examples(pattern, 5, random.Random(1)) == []


@given(st.text(max_size=20))
def test_a_near_miss_is_never_the_text_itself(text: str) -> None:
    misses = [miss for miss in patterns.near(text) if miss == text]
    assert len(misses) <= 1  # the case of a text without letters stays as it is
    assert len(patterns.near(text)) >= 1


def test_the_same_chance_gives_the_same_texts() -> None:
    first, second = (patterns.examples(r"\w+@\w+", 8, random.Random(3)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("name", "low", "high"), [("month", 1, 12), ("day", 1, 28), ("hour", 0, 23), ("minutes", 0, 59), ("week2", 1, 52)]
)
def test_a_group_of_digits_holds_a_number_that_fits_its_name(name: str, low: int, high: int) -> None:
    pattern = rf"Q(?:-(?P<{name}>[0-9]{{2}}))X"
    found = patterns.examples(pattern, 40, random.Random(2))
    numbers = {int(match[1]) for text in found if (match := re.fullmatch(r"Q-(\d{2})X", text))}
    near = {int(text[2:4]) for text in found if re.fullmatch(pattern, text)} - numbers
    assert near == set()
    assert len(numbers) >= 5
    assert sum(low <= number <= high for number in numbers) >= len(numbers) - 4  # misses are one step away


def test_a_group_that_holds_no_digits_alone_is_written_as_it_stands() -> None:
    found = patterns.examples(r"(?P<month>[A-Z]{3})(?P<day>x)(?P<year>\d{2})", 6, random.Random(1))
    assert any(re.fullmatch(r"[A-Z]{3}x\d{2}", text) for text in found)
