"""Values by type are written as a formatter leaves them."""

from __future__ import annotations

import ast
import random
import typing

import pytest

from domains.codegen.engine.inside.harvest import Harvest
from domains.codegen.engine.inside.pools import Pools


@pytest.mark.parametrize("hint", [tuple[str, int], tuple[int], tuple[int, ...], list[tuple[str, int]], tuple])
def test_a_tuple_has_a_comma_at_its_end_only_where_it_needs_one(hint: typing.Any) -> None:
    """ruff breaks `('', 0,)` over four lines."""
    values = Pools(Harvest(), {}, random.Random(1)).of(hint)
    assert values
    for text in values:
        assert text == ast.unparse(ast.parse(text, mode="eval"))


def test_tuples_of_one_and_of_none_are_tuples() -> None:
    values = [ast.literal_eval(text) for text in Pools(Harvest(), {}, random.Random(1)).of(tuple[int, ...])]
    assert {type(value) for value in values} == {tuple}
    assert () in values
    assert any(len(value) == 1 for value in values)


class Version:
    def __init__(self, text: str) -> None:
        self.text = text


class Trimmed(Version):
    def __init__(self, of: Version) -> None:
        super().__init__(of.text)


class Endless:
    def __init__(self, inner: Endless) -> None:
        self.inner = inner


def test_what_is_made_of_its_own_kind_comes_to_an_end() -> None:
    own = {kind.__name__: kind for kind in (Version, Trimmed, Endless)}
    pools = Pools(Harvest(), own, random.Random(1))
    made = pools.of(Version)
    assert "Version('')" in made
    assert any(text.startswith("Trimmed(Version(") for text in made)
    assert pools.of(Endless) == []
