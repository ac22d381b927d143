"""Accept-Language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.api.languages import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,zh;q=0.2", "zh"),
        ("en;q=0.3, zh-Hant;q=0.4", "zh"),
        ("de", "en"),
        ("zh;q=nonsense, en;q=0.1", "en"),
        ("ZH", "zh"),
    ],
)
def test_the_heavier_of_the_two_wins_and_english_where_neither_is_named(header: str | None, language: str) -> None:
    assert preferred(header) == language


@given(st.text(max_size=60))
def test_any_header_gives_a_language(header: str) -> None:
    assert preferred(header) in {"zh", "en"}
