"""Words as a second opinion: what they see, how they are stored, and that numpy repeats what was trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.intents import grams
from assistant.intents.evaluation import Row, measure
from assistant.intents.model import KernelModel
from assistant.intents.training import train

TEXTS = ["cancel my card", "please cancel the card", "cancel card now", "where is the parcel", "parcel where is it"]
TEXTS += ["the parcel is where", "退款多久到账", "退款什么时候到", "多久可以退款"]
NUMBERS = np.repeat([0, 1, 2], 3)
NAMES = np.array(["cancel", "parcel", "refund"])


def learnt() -> grams.Grams:
    """Every example speaks for its own class."""
    vocabulary, words = grams.weighed(TEXTS)
    return vocabulary.collapse(words, np.eye(3, dtype=np.float32)[NUMBERS])


def test_words_tell_intents_apart_in_both_languages() -> None:
    asked = ["I want to cancel this card", "has the parcel come?", "我的退款呢"]
    assert learnt().margins(asked).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_text_without_a_known_word_says_nothing() -> None:
    assert not learnt().margins(["ωωω", ""]).any()


def test_what_is_collapsed_is_the_sum_of_the_cosines() -> None:
    vocabulary, words = grams.weighed(TEXTS)
    weights = np.random.default_rng(0).normal(size=(len(TEXTS), 2)).astype(np.float32)
    expected = (words @ words.T) @ weights
    np.testing.assert_allclose(vocabulary.collapse(words, weights).margins(TEXTS), expected, atol=5e-3)


def test_a_text_compared_with_itself_weighs_its_share() -> None:
    _, words = grams.weighed(TEXTS)
    np.testing.assert_allclose((words @ words.T).diagonal(), grams.SHARE, rtol=1e-5)


def test_pieces_that_occur_once_are_left_out_of_large_collections() -> None:
    texts = [f"same words {'xyz' if n == 7 else ''}" for n in range(grams.SEEN_TWICE_FROM)]
    vocabulary, _ = grams.weighed(texts)
    once = {key for block in grams.described("xyz") for key in block}
    assert len(vocabulary.keys) > 0
    assert not once & set(vocabulary.keys.tolist())


def test_case_width_and_script_make_no_difference() -> None:
    assert grams.described("Cancel CARD！") == grams.described("cancel card!")
    assert grams.described("退貨") == grams.described("退货")


def test_no_questions_are_no_margins() -> None:
    assert learnt().margins([]).shape == (0, 3)
    assert grams.absent(4).margins(["x"]).tolist() == [[0.0, 0.0, 0.0, 0.0]]


@pytest.fixture
def trained() -> KernelModel:
    """Embeddings that say nothing, so that only the words can tell."""
    vectors = np.random.default_rng(3).normal(size=(9 * 8, 16)).astype(np.float32)
    texts = [f"{text} {n}" for n in range(8) for text in TEXTS]
    labels = np.tile(NAMES[NUMBERS], 8).tolist()
    return train(vectors, labels, np.zeros((0, 16), np.float32), texts=texts).model


def test_the_words_decide_where_the_embedding_says_nothing(trained: KernelModel) -> None:
    rows = [Row("cancel the card please", "cancel"), Row("退款要多久", "refund"), Row("where is my parcel", "parcel")]
    vectors = np.random.default_rng(4).normal(size=(3, 16)).astype(np.float32)
    assert len(trained.grams.keys) > 0
    assert measure(trained, rows, vectors)["accuracy"] == 1.0


def test_what_was_trained_comes_back_from_its_bytes(trained: KernelModel) -> None:
    vectors = np.random.default_rng(5).normal(size=(2, 16)).astype(np.float32)
    back = KernelModel.parse(trained.dump())
    ours, theirs = (model.scores(vectors, TEXTS[:2]) for model in (trained, back))
    np.testing.assert_allclose(ours.probabilities, theirs.probabilities, atol=1e-3)


def test_a_head_without_words_is_stored_and_read_too(trained: KernelModel) -> None:
    back = KernelModel.parse(replace(trained, grams=grams.absent(4)).dump())
    vectors = np.random.default_rng(5).normal(size=(2, 16)).astype(np.float32)
    np.testing.assert_allclose(back.scores(vectors, TEXTS[:2]).probabilities, back.scores(vectors).probabilities)


def test_strangers_without_their_texts_are_refused() -> None:
    vectors = np.random.default_rng(6).normal(size=(9, 4)).astype(np.float32)
    strangers = np.random.default_rng(7).normal(size=(30, 4)).astype(np.float32)
    with pytest.raises(ValueError, match="without its texts"):
        train(np.tile(vectors, (4, 1)), NAMES[np.tile(NUMBERS, 4)].tolist(), strangers, texts=TEXTS * 4)
