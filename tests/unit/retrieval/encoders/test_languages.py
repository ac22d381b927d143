from __future__ import annotations

import numpy as np
import pytest

from retrieval.encoders.languages import centres
from retrieval.protocols import Encoder
from tests.unit.retrieval.conftest import HashingEncoder


def test_the_parts_of_the_two_languages_are_opposite(hashing: HashingEncoder) -> None:
    parts = centres(hashing).parts
    assert set(parts) == {"en", "zh"}
    assert parts["en"].shape == (hashing.dimension,)
    np.testing.assert_array_equal(parts["en"], -parts["zh"])


HELD_OUT = [
    ("The shop is open from nine to six.", "商店营业时间为九点到六点。"),
    ("A refund takes five working days.", "退款需要五个工作日。"),
    ("The battery lasts for ten hours.", "电池可以使用十个小时。"),
    ("Students pay half the price.", "学生票半价。"),
]


def test_without_it_the_same_sentences_are_equally_near_in_both_languages(encoder: Encoder) -> None:
    parts = centres(encoder).parts
    questions = encoder.encode_questions(
        [*("什么时候开门？", "能退款吗？"), *("When do you open?", "Can I get a refund?")]
    )
    english, chinese = (encoder.encode_passages(list(texts)) for texts in zip(*HELD_OUT, strict=True))
    before = abs((english @ questions.T - chinese @ questions.T).mean(axis=0))
    after = abs(((english - parts["en"]) @ questions.T - (chinese - parts["zh"]) @ questions.T).mean(axis=0))
    assert after.mean() < 0.5 * before.mean()


def test_without_the_language_s_part_the_answer_in_the_other_language_is_nearer(encoder: Encoder) -> None:
    parts = centres(encoder).parts
    question = encoder.encode_questions(["如何申请退款？"])[0]
    answer, noise = encoder.encode_passages(["To get your money back, ask for a refund.", "博物馆每逢星期一闭馆。"])
    assert float((answer - parts["en"]) @ question) > float((noise - parts["zh"]) @ question)


def test_questions_and_passages_have_centres_in_both_languages(hashing: HashingEncoder) -> None:
    found = centres(hashing)
    assert set(found.questions) == set(found.passages) == {"en", "zh"}
    vector = hashing.encode_questions(["How long does delivery take?"])[0]
    moved = found.question(vector, "en", 0.8)
    assert float(np.linalg.norm(moved)) == pytest.approx(1.0, abs=1e-5)
    assert float(moved @ found.questions["en"]) < float(vector @ found.questions["en"])
    np.testing.assert_array_equal(found.question(vector, "fr", 0.8), vector)


def test_each_passage_loses_the_centre_of_its_own_language(hashing: HashingEncoder) -> None:
    found = centres(hashing)
    rows = hashing.encode_passages(["Open the window.", "打开窗户。", "Ouvrez la fenêtre."])
    moved = found.passages_without(rows, ["en", "zh", "fr"], 1.0)
    for number, language in enumerate(("en", "zh")):
        expected = rows[number] - found.passages[language]
        np.testing.assert_allclose(moved[number], expected / np.linalg.norm(expected), atol=1e-5)
    np.testing.assert_array_equal(moved[2], rows[2])
