"""The arithmetic of the head, with numbers one can check by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intents.model import LinearModel, centre, energy, features_of, softmax

EYE = np.eye(3, dtype=np.float32)
MODEL = LinearModel(
    classes=np.array(["order", "退款", "greeting"]),
    mean=np.zeros(3, np.float32),
    weights=4 * EYE,
    bias=np.zeros(3, np.float32),
    temperature=np.ones(1, np.float32),
    known=EYE,
    strangers=np.zeros((0, 3), np.float32),
    strange_weights=np.array([0.0, -5.0, 0.0, 0.0, 0.0], np.float32),
    strange_bias=np.zeros(1, np.float32),
    threshold=np.array([0.5], np.float32),
)
SEEDS = st.integers(0, 10_000)


def logits_of(seed: int, rows: int = 3, classes: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, classes)).astype(np.float32)


def test_a_question_along_an_intent_is_that_intent() -> None:
    best = MODEL.scores(EYE).probabilities.argmax(axis=1)
    assert MODEL.classes[best].tolist() == ["order", "退款", "greeting"]


def test_the_length_of_a_vector_says_nothing() -> None:
    np.testing.assert_allclose(MODEL.scores(7 * EYE).probabilities, MODEL.scores(EYE).probabilities, atol=1e-6)


@pytest.mark.parametrize("temperature", [0.5, 2.0, 8.0])
def test_heat_levels_the_probabilities_and_changes_no_choice(temperature: float) -> None:
    warm = replace(MODEL, temperature=np.array([temperature], np.float32)).scores(EYE).probabilities
    plain = MODEL.scores(EYE).probabilities
    assert (warm.argmax(axis=1) == plain.argmax(axis=1)).all()
    assert (warm.max(axis=1) < plain.max(axis=1)).all() == (temperature > 1)


def test_bias_decides_where_the_vector_does_not() -> None:
    leaning = replace(MODEL, bias=np.array([0.0, 1.0, 0.0], np.float32))
    even = np.ones((1, 3), np.float32)
    assert leaning.classes[leaning.scores(even).probabilities.argmax()] == "退款"


def test_no_questions_are_no_scores() -> None:
    scores = MODEL.scores(np.zeros((0, 3), np.float32))
    assert scores.probabilities.shape == (0, 3)
    assert scores.strangeness.shape == (0,)


def test_what_is_far_from_all_that_is_known_is_stranger() -> None:
    five = replace(MODEL, known=np.repeat(EYE[:1], 5, axis=0))
    near, far = five.scores(EYE[:2]).strangeness
    assert near < 0.05
    assert far == pytest.approx(0.5)


def test_one_odd_example_makes_no_friend() -> None:
    known = np.vstack([EYE[:1], np.repeat(EYE[1:2], 9, axis=0)])
    odd, usual = replace(MODEL, known=known).scores(EYE[:2]).strangeness
    assert odd > usual


def test_the_nearest_strangers_count_together() -> None:
    near = np.array([[0.9]], np.float32)
    features = features_of(np.zeros((1, 2), np.float32), near, np.array([[0.9, 0.1, 0.6, 0.3]], np.float32))
    assert features[0, 2] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("known", "expected"), [([0.9], 0.9), ([0.9, 0.2], 0.2), ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 0.2)]
)
def test_nearness_is_that_of_the_fifth_or_of_the_last_there_is(known: list[float], expected: float) -> None:
    features = features_of(np.zeros((1, 2), np.float32), np.array([known], np.float32), np.zeros((1, 0), np.float32))
    assert features[0, 1] == pytest.approx(expected)


@given(SEEDS, st.floats(-30, 30))
def test_a_constant_added_to_all_logits_changes_no_probability_and_lowers_the_energy(seed: int, by: float) -> None:
    logits = logits_of(seed)
    moved = (logits + by).astype(np.float32)
    np.testing.assert_allclose(softmax(moved), softmax(logits), atol=1e-4)
    np.testing.assert_allclose(energy(moved), energy(logits) - by, atol=1e-3)


@given(SEEDS)
def test_the_order_of_classes_does_not_matter(seed: int) -> None:
    logits = logits_of(seed)
    turned = np.random.default_rng(seed).permutation(logits.shape[1])
    np.testing.assert_allclose(softmax(logits[:, turned]), softmax(logits)[:, turned], atol=1e-6)
    np.testing.assert_allclose(energy(logits[:, turned]), energy(logits), atol=1e-5)


@given(SEEDS)
def test_centring_twice_around_nothing_is_centring_once(seed: int) -> None:
    vectors, zero = logits_of(seed), np.zeros(4, np.float32)
    once = centre(vectors, zero)
    np.testing.assert_allclose(centre(once, zero), once, atol=1e-6)


@pytest.mark.parametrize("size", [1e4, -1e4])
def test_huge_logits_overflow_nothing(size: float) -> None:
    logits = np.array([[size, 0.0]], np.float32)
    assert np.isfinite(softmax(logits)).all()
    assert np.isfinite(energy(logits)).all()


def test_every_array_comes_back_from_bytes() -> None:
    back = LinearModel.parse(MODEL.dump())
    for field in fields(LinearModel):
        if field.name == "grams":  # see test_grams
            continue
        one, other = getattr(MODEL, field.name), getattr(back, field.name)
        assert one.dtype == other.dtype, field.name
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("keep", [0.2, 0.6, 0.95])
def test_damaged_bytes_raise_and_are_never_half_a_model(keep: float) -> None:
    data = MODEL.dump()
    with pytest.raises(ValueError, match="Train again"):
        LinearModel.parse(data[: int(len(data) * keep)])
