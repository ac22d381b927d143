"""What the uses of a parameter tell about it."""

from __future__ import annotations

import pytest

from domains.codegen.javascript.uses import uses


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ("return text.split(',')", "string"),
        ("return text.map((x) => x + 1)", "numbers"),
        ("return text * 2", "number"),
        ("return text > 3 ? 1 : 0", "number"),
        ("return text(1)", "function"),
        ("if (typeof text === 'boolean') return 1", "boolean"),
        ("return text.name", "object"),
        ("return text[0][1]", "table"),
        ("return Math.abs(text)", "number"),
    ],
)
def test_a_use_suggests_a_kind(body: str, first: str) -> None:
    assert uses("text", body)[0] == first


def test_what_has_a_length_may_be_text_or_list() -> None:
    assert set(uses("given", "return given.length")) == {"string", "numbers"}


def test_a_text_that_is_cut_is_no_list() -> None:
    assert "numbers" not in uses("s", "return s.length && s.toUpperCase()")


@pytest.mark.parametrize(
    ("name", "body"), [("a", "return b.split('')"), ("{x}", "return x * 2"), ("s", "return this.s")]
)
def test_what_is_not_used_says_nothing(name: str, body: str) -> None:
    assert uses(name, body) == ()
