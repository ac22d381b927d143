from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from retrieval.lexical.segment import K1, B, Segment, SegmentBuilder, build_segment

TEXTS = ["refund refund policy", "refund shipping", "password reset page"]


def test_postings_name_the_texts_that_hold_a_word() -> None:
    segment = build_segment(TEXTS)
    texts, scores = segment.postings("refund")
    assert sorted(texts.tolist()) == [0, 1]
    assert (scores > 0).all()
    assert segment.frequency("refund") == 2


def test_scores_are_lucene_s_formula() -> None:
    segment = build_segment(TEXTS)
    texts, scores = segment.postings("ship")
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    mean = sum(len(text.split()) for text in TEXTS) / 3
    expected = idf * 1 / (1 + K1 * (1 - B + B * 2 / mean))
    assert texts.tolist() == [1]
    assert scores[0] == pytest.approx(expected, rel=1e-5)


def test_an_unknown_word_has_no_postings() -> None:
    texts, scores = build_segment(TEXTS).postings("zebra")
    assert (len(texts), len(scores)) == (0, 0)


@pytest.mark.parametrize("texts", [[], [""], ["", "？！"]])
def test_texts_without_words_make_a_segment_without_scores(texts: list[str]) -> None:
    segment = build_segment(texts)
    assert segment.count == len(texts)
    assert segment.frequency("refund") == 0


def test_a_text_without_words_keeps_its_number() -> None:
    segment = build_segment(["", "refund"])
    assert segment.postings("refund")[0].tolist() == [1]


def test_a_segment_survives_the_disk(tmp_path: Path) -> None:
    segment = build_segment([*TEXTS, "退款政策说明"])
    segment.save(tmp_path)
    again = Segment.load(tmp_path)
    assert (again.count, again.vocabulary) == (segment.count, segment.vocabulary)
    for word in ("refund", "退款", "zebra"):
        for mine, theirs in zip(segment.postings(word), again.postings(word), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_an_empty_segment_survives_the_disk(tmp_path: Path) -> None:
    build_segment([]).save(tmp_path)
    assert Segment.load(tmp_path).count == 0


def test_a_builder_adds_texts_one_by_one() -> None:
    builder = SegmentBuilder()
    for text in TEXTS:
        builder.add(text)
    assert builder.build().postings("password")[0].tolist() == [2]
