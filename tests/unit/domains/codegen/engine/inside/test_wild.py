"""Values by chance are of the kind that was asked for, the same for the same seed, and wide."""

from __future__ import annotations

import ast
import random

import pytest

from domains.codegen.engine.inside.guessing import kind_of
from domains.codegen.engine.inside.wild import ALPHABETS, wild


@pytest.mark.parametrize("kind", ["int", "float", "str", "bytes", "list_int", "list_str"])
def test_every_kind_is_drawn_as_a_literal_of_its_kind(kind: str) -> None:
    chance = random.Random(3)
    drawn = [text for _ in range(60) if (text := wild(kind, chance)) is not None]
    assert {kind_of(text) for text in drawn} <= {kind, "list_int"}
    assert len({repr(ast.literal_eval(text)) for text in drawn}) > 20


@pytest.mark.parametrize("kind", ["own", "callable", "dict", "none", "nested"])
def test_other_kinds_are_not_drawn(kind: str) -> None:
    assert wild(kind, random.Random(1)) is None


def test_the_same_seed_gives_the_same_values() -> None:
    first, second = ([wild("str", chance) for _ in range(9)] for chance in (random.Random(5), random.Random(5)))
    assert first == second


@pytest.mark.parametrize("alphabet", list(ALPHABETS))
def test_texts_keep_to_their_alphabet(alphabet: str) -> None:
    chance = random.Random(2)
    letters = "".join(ast.literal_eval(str(wild("str", chance, alphabet))) for _ in range(80))
    assert set(letters) <= set(ALPHABETS[alphabet])
    assert len(set(letters)) >= 8


def test_whole_numbers_are_small_and_huge_and_negative() -> None:
    chance = random.Random(4)
    numbers = [int(str(wild("int", chance))) for _ in range(200)]
    assert min(numbers) < -(10**9)
    assert max(numbers) > 10**9
    assert any(abs(number) <= 10 for number in numbers)
