from __future__ import annotations

import numpy as np
import pytest

from retrieval.config import RetrievalConfig
from retrieval.encoders.languages import Centres
from retrieval.nearness import Asked, meanings
from retrieval.sentences import quantise
from retrieval.types import Vectors

X, Y, Z = np.eye(3, dtype=np.float32)
NONE = np.empty((0, 3), np.int8)
NO_CENTRES = Centres({}, {"en": np.zeros(3, np.float32), "zh": np.zeros(3, np.float32)})


def unit(*parts: float) -> Vectors:
    vector = np.asarray(parts, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def near(vectors: list[Vectors], codes: list[np.ndarray], config: RetrievalConfig) -> list[float]:
    asked = Asked.by(NO_CENTRES, "what", X, config)
    return meanings(asked, NO_CENTRES, config, np.stack(vectors), ["en"] * len(vectors), codes)


def test_the_nearest_sentence_counts_as_much_as_the_whole() -> None:
    blurred = unit(1, 1, 1)
    with_answer, without = quantise(np.stack([Y, X])), quantise(np.stack([Y, Z]))
    answer, other = near([blurred, blurred], [with_answer, without], RetrievalConfig())
    assert answer == pytest.approx((1 + 3**-0.5) / 2, abs=0.01)
    assert other == pytest.approx(3**-0.5 / 2, abs=0.01)


def test_a_passage_without_sentences_stands_alone() -> None:
    blurred = unit(1, 1, 0)
    values = near([blurred, Y, blurred], [NONE, quantise(X[None]), NONE], RetrievalConfig())
    assert values == pytest.approx([2**-0.5, 0.5, 2**-0.5], abs=0.01)


def test_sentences_may_be_left_out_of_it() -> None:
    assert near([Y], [quantise(X[None])], RetrievalConfig(sentences=0.0)) == pytest.approx([0.0], abs=1e-6)


def test_nothing_found_is_nothing_compared() -> None:
    asked = Asked.by(NO_CENTRES, "what", X, RetrievalConfig())
    assert meanings(asked, NO_CENTRES, RetrievalConfig(), np.empty((0, 3), np.float32), [], []) == []


def test_what_all_passages_share_does_not_make_one_near() -> None:
    """A hub lies near the mean of all passages, hence near every question."""
    centres = Centres({"en": Z}, {"en": Z, "zh": -Z})
    config = RetrievalConfig(centring=0.8, sentences=0.0)
    question = unit(1, 0, 2)
    hub, answer = unit(0, 0.2, 1), unit(1, 0.3, 1)
    asked = Asked.by(centres, "what is it", question, config)
    low, high = meanings(asked, centres, config, np.stack([hub, answer]), ["en", "en"], [NONE, NONE])
    assert float(hub @ question) > 0.85
    assert high > 0.85
    assert low < 0.65


def test_centring_of_nothing_changes_nothing() -> None:
    centres = Centres({"en": Z}, {"en": Z, "zh": -Z})
    config = RetrievalConfig(centring=0.0, sentences=0.0)
    question, passage = unit(1, 2, 3), unit(3, 2, 1)
    asked = Asked.by(centres, "what is it", question, config)
    value = meanings(asked, centres, config, passage[None], ["en"], [NONE])
    assert value == pytest.approx([float(question @ passage)], abs=1e-5)
