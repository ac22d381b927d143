from __future__ import annotations

import pytest

from retrieval.chunking.pieces import pieces_of
from retrieval.types import Section
from tests.unit.retrieval.conftest import HashingEncoder


def test_paragraphs_that_fit_are_left_whole(hashing: HashingEncoder) -> None:
    pieces = pieces_of(Section("one two\nthree\n\nfour five"), 10, hashing.count_tokens)
    assert [piece.text for piece in pieces] == ["one two\nthree", "four five"]
    assert [piece.tokens for piece in pieces] == [3, 2]


def test_each_piece_knows_its_line_and_page(hashing: HashingEncoder) -> None:
    section = Section("one\n\n\ntwo\nthree\n\nfour", page=7, line=10)
    pieces = pieces_of(section, 10, hashing.count_tokens)
    assert [(piece.text, piece.line, piece.page) for piece in pieces] == [
        ("one", 10, 7),
        ("two\nthree", 13, 7),
        ("four", 16, 7),
    ]


def test_equal_paragraphs_keep_their_own_lines(hashing: HashingEncoder) -> None:
    pieces = pieces_of(Section("same\n\nsame\n\nsame", line=1), 10, hashing.count_tokens)
    assert [piece.line for piece in pieces] == [1, 3, 5]


def test_a_long_paragraph_is_cut_into_sentences(hashing: HashingEncoder) -> None:
    pieces = pieces_of(Section("One two three. Four five six. 七八九十。", line=1), 5, hashing.count_tokens)
    assert [piece.text for piece in pieces] == ["One two three.", "Four five six.", "七八九十。"]
    assert "".join(piece.before + piece.text for piece in pieces).strip() == "One two three. Four five six. 七八九十。"


@pytest.mark.parametrize("sentence", ["word " * 50, "字" * 50, "一二三，" * 20, "supercalifragilistic" * 30])
def test_a_sentence_without_end_is_cut_anyway(hashing: HashingEncoder, sentence: str) -> None:
    pieces = pieces_of(Section(sentence), 8, hashing.count_tokens)
    assert all(piece.tokens <= 8 for piece in pieces)
    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(sentence.split())


def test_a_section_of_blanks_has_no_pieces(hashing: HashingEncoder) -> None:
    assert pieces_of(Section(" \n\n \t\n"), 8, hashing.count_tokens) == []
