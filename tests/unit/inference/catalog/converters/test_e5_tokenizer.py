from typing import Any

import pytest

from inference.catalog.converters.e5_file import E5File
from inference.catalog.converters.e5_tokenizer import build


@pytest.fixture
def tokens(make_e5: Any) -> Any:
    tokenizer = build(E5File(make_e5()).pieces)
    return lambda text: tokenizer.encode(text).tokens


def test_a_text_is_wrapped_and_its_words_marked(tokens: Any) -> None:
    assert tokens("query: password") == ["<s>", "▁query", ":", "▁password", "</s>"]


def test_the_likeliest_pieces_win(tokens: Any) -> None:
    assert tokens("重置密码") == ["<s>", "▁", "重置", "密码", "</s>"]


def test_full_width_is_normal_width(tokens: Any) -> None:
    assert tokens("query: Ａ１") == tokens("query: A1")


@pytest.mark.parametrize("space", ["\n", "\u200b", "  ", " \n ", "   \n"])
def test_every_white_space_is_one_space(tokens: Any, space: Any) -> None:
    assert tokens(f"query{space}password") == tokens("query password")


def test_control_characters_vanish(tokens: Any) -> None:
    assert tokens("que\x01ry: password") == tokens("query: password")


def test_what_the_vocabulary_lacks_is_the_unknown_id(make_e5: Any) -> None:
    tokenizer = build(E5File(make_e5()).pieces)
    assert 3 in tokenizer.encode("query Ω").ids


@pytest.mark.parametrize("text", ["", " ", "\x01"])
def test_an_empty_text_still_has_its_ends(tokens: Any, text: Any) -> None:
    assert tokens(text)[0] == "<s>"
    assert tokens(text)[-1] == "</s>"
