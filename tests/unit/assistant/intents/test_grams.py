"""Words as a second opinion: what they see, how they are stored, and that numpy repeats what was trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.intents import grams
from assistant.intents.evaluation import Row, measure
from assistant.intents.model import LinearModel
from assistant.intents.training import train

TEXTS = ["cancel my card", "please cancel the card", "cancel card now", "where is the parcel", "parcel where is it"]
TEXTS += ["the parcel is where", "退款多久到账", "退款什么时候到", "多久可以退款"]
NUMBERS = np.repeat([0, 1, 2], 3)
NAMES = np.array(["cancel", "parcel", "refund"])


def test_words_tell_intents_apart_in_both_languages() -> None:
    words = grams.fit(TEXTS, NUMBERS, 3)
    asked = ["I want to cancel this card", "has the parcel come?", "我的退款呢"]
    assert words.margins(asked).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_text_without_a_known_word_gets_the_bias_alone() -> None:
    words = grams.fit(TEXTS, NUMBERS, 3)
    np.testing.assert_allclose(words.margins(["ωωω", ""]), [words.bias, words.bias])


def test_a_class_without_examples_never_wins() -> None:
    words = grams.fit(TEXTS[:6], NUMBERS[:6], 3)
    assert (words.margins(["anything at all", *TEXTS]).argmax(axis=1) != 2).all()


def test_case_width_and_script_make_no_difference() -> None:
    assert grams.described("Cancel CARD！") == grams.described("cancel card!")
    assert grams.described("退貨") == grams.described("退货")


def test_no_questions_are_no_margins() -> None:
    assert grams.fit(TEXTS, NUMBERS, 3).margins([]).shape == (0, 3)
    assert grams.absent(4).margins(["x"]).tolist() == [[0.0, 0.0, 0.0, 0.0]]


@pytest.fixture
def trained() -> LinearModel:
    """Embeddings that say nothing, so that only the words can tell."""
    vectors = np.random.default_rng(3).normal(size=(9 * 8, 16)).astype(np.float32)
    texts = [f"{text} {n}" for n in range(8) for text in TEXTS]
    labels = np.tile(NAMES[NUMBERS], 8).tolist()
    return train(vectors, labels, np.zeros((0, 16), np.float32), texts=texts).model


def test_the_words_decide_where_the_embedding_says_nothing(trained: LinearModel) -> None:
    rows = [Row("cancel the card please", "cancel"), Row("退款要多久", "refund"), Row("where is my parcel", "parcel")]
    vectors = np.random.default_rng(4).normal(size=(3, 16)).astype(np.float32)
    assert trained.gram_weight[0] > 0
    assert measure(trained, rows, vectors)["accuracy"] == 1.0


def test_what_was_trained_comes_back_from_its_bytes(trained: LinearModel) -> None:
    vectors = np.random.default_rng(5).normal(size=(2, 16)).astype(np.float32)
    back = LinearModel.parse(trained.dump())
    ours, theirs = (model.scores(vectors, TEXTS[:2]) for model in (trained, back))
    np.testing.assert_allclose(ours.probabilities, theirs.probabilities, atol=1e-3)


def test_a_head_without_words_is_stored_and_read_too(trained: LinearModel) -> None:
    plain = replace(trained, grams=None, gram_weight=np.zeros(1, np.float32))
    assert LinearModel.parse(plain.dump()).grams is None


def test_strangers_without_their_texts_are_refused() -> None:
    vectors = np.random.default_rng(6).normal(size=(9, 4)).astype(np.float32)
    strangers = np.random.default_rng(7).normal(size=(30, 4)).astype(np.float32)
    with pytest.raises(ValueError, match="without its texts"):
        train(np.tile(vectors, (4, 1)), NAMES[np.tile(NUMBERS, 4)].tolist(), strangers, texts=TEXTS * 4)
