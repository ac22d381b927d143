from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.chunking.sentences import split_sentences


def stripped(text: str) -> list[str]:
    return [sentence.strip() for sentence in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith paid $3.5 m. He left.", ["Dr. Smith paid $3.5 m.", "He left."]),
        ("See e.g. Fig. 3 for it. Done.", ["See e.g. Fig. 3 for it.", "Done."]),
        ("J. R. Tolkien wrote it.", ["J. R. Tolkien wrote it."]),
        ("Version 1.2.3 is out. Get it.", ["Version 1.2.3 is out.", "Get it."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("The answer is no. It stays.", ["The answer is no.", "It stays."]),
        ("See No. 5 and p. 7 of it. Done.", ["See No. 5 and p. 7 of it.", "Done."]),
        ("Wait... what? Yes.", ["Wait...", "what?", "Yes."]),
        ("不行。为什么？因为！", ["不行。", "为什么？", "因为！"]),
        ("他说：“不行。”然后走了。", ["他说：“不行。”", "然后走了。"]),
        ("第一条；第二条；", ["第一条；", "第二条；"]),
        ("价格是3.5元。运费5元。", ["价格是3.5元。", "运费5元。"]),
        ("使用 Python 3.11。Then run it. 好的。", ["使用 Python 3.11。", "Then run it.", "好的。"]),
        ("标题\n第一行没有句号\n第二行", ["标题", "第一行没有句号", "第二行"]),
        ("no mark at all", ["no mark at all"]),
    ],
)
def test_sentences_of_chinese_english_and_both(text: str, sentences: list[str]) -> None:
    assert stripped(text) == sentences


@pytest.mark.parametrize("text", ["", "。", "...", "\n\n", "  "])
def test_odd_texts_lose_nothing(text: str) -> None:
    assert "".join(split_sentences(text)) == text


@given(st.text(alphabet='ab。！. \n”"不行Dr', max_size=60))
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(split_sentences(text)) == text


@given(st.text(alphabet="ab。！. \n不行", max_size=60).filter(str.strip))
def test_no_sentence_is_blank(text: str) -> None:
    assert all(sentence.strip() for sentence in split_sentences(text)[1:])
