from __future__ import annotations

import numpy as np

from retrieval.encoders.languages import language_parts
from retrieval.protocols import Encoder
from tests.unit.retrieval.conftest import HashingEncoder


def test_the_parts_of_the_two_languages_are_opposite(hashing: HashingEncoder) -> None:
    parts = language_parts(hashing)
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
    parts = language_parts(encoder)
    questions = encoder.encode_questions(
        [*("什么时候开门？", "能退款吗？"), *("When do you open?", "Can I get a refund?")]
    )
    english, chinese = (encoder.encode_passages(list(texts)) for texts in zip(*HELD_OUT, strict=True))
    before = abs((english @ questions.T - chinese @ questions.T).mean(axis=0))
    after = abs(((english - parts["en"]) @ questions.T - (chinese - parts["zh"]) @ questions.T).mean(axis=0))
    assert after.mean() < 0.5 * before.mean()


def test_without_the_language_s_part_the_answer_in_the_other_language_is_nearer(encoder: Encoder) -> None:
    parts = language_parts(encoder)
    question = encoder.encode_questions(["如何申请退款？"])[0]
    answer, noise = encoder.encode_passages(["To get your money back, ask for a refund.", "博物馆每逢星期一闭馆。"])
    assert float((answer - parts["en"]) @ question) > float((noise - parts["zh"]) @ question)
