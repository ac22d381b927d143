"""Cutting text into sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.sentences import cut, split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs 3.5 dollars. Version v1.2.3 is out.", ["It costs 3.5 dollars.", "Version v1.2.3 is out."]),
        ("Ask Dr. Li, e.g. by mail. Done.", ["Ask Dr. Li, e.g. by mail.", "Done."]),
        ('He said "Go." Then left.', ['He said "Go."', "Then left."]),
        ("七天内可退。超过七天不退！真的？", ["七天内可退。", "超过七天不退！", "真的？"]),
        ("他说：“可以。”然后走了。", ["他说：“可以。”", "然后走了。"]),
        ("运费10元；满99元免运费。", ["运费10元；", "满99元免运费。"]),
        ("- one\n- two", ["- one", "- two"]),
        ("1. Open it.\n  12. Close it. Done.", ["1. Open it.", "12. Close it.", "Done."]),
        ("It costs 2. It is 9.\n9.", ["It costs 2.", "It is 9.", "9."]),
        ("a | b\n1 | 2", ["a | b", "1 | 2"]),
        ("no stop", ["no stop"]),
        ("价格是3.5元。OK. 好", ["价格是3.5元。", "OK.", "好"]),
    ],
)
def test_sentences_end_where_a_reader_says(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@given(st.text(max_size=200))
def test_nothing_but_space_is_lost(text: str) -> None:
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@given(st.text(max_size=200))
def test_no_sentence_is_empty_or_padded(text: str) -> None:
    assert all(sentence and sentence == sentence.strip() for sentence in split(text))


@given(st.text(alphabet='ab1.。!？\n "”', max_size=60))
def test_cutting_loses_nothing_and_cuts_where_splitting_does(text: str) -> None:
    pieces = cut(text)
    assert "".join(pieces) == text
    assert [found for piece in pieces for found in split(piece)] == split(text)
