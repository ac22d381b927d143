from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.lexical.stemming import stem


@pytest.mark.parametrize(
    "family",
    [
        ("refund", "refunds", "refunded", "refunding"),
        ("policy", "policies"),
        ("charge", "charges", "charged", "charging"),
        ("stop", "stopped", "stopping"),
        ("box", "boxes"),
        ("class", "classes"),
        ("church", "churches"),
        ("quick", "quickly"),
        ("disease", "diseases"),
        ("treat", "treated", "treating", "treats"),
    ],
)
def test_forms_of_one_word_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("universe", "university"), ("sing", "s"), ("bus", "bu"), ("news", "newer"), ("string", "str"), ("virus", "viru")],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["a", "is", "bed", "ing", "wir", "café", "退款", "x86", "http2", "über"])
def test_short_and_foreign_words_and_names_are_left_alone(word: str) -> None:
    assert stem(word) == word


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=14))
def test_a_stem_is_never_empty_nor_longer_than_the_word(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word)
