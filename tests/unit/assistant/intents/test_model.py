"""The arithmetic of the head, with numbers one can check by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intents.model import KernelModel, centre, energy, features_of, gaussian, kth, softmax, wordless

EYE = np.eye(3, dtype=np.float32)
MODEL = KernelModel(
    classes=np.array(["order", "退款", "greeting"]),
    mean=np.zeros(3, np.float32),
    known=EYE,
    strangers=np.zeros(1, np.int64),
    weights=np.hstack([EYE, np.zeros((3, 1), np.float32)]),
    temperature=np.full(1, 0.25, np.float32),
    strange_weights=np.array([0.0, 0.0, 0.0, 0.0, -5.0], np.float32),
    strange_bias=np.zeros(1, np.float32),
    threshold=np.array([0.5], np.float32),
    grams=wordless(3),
)
SEEDS = st.integers(0, 10_000)


def logits_of(seed: int, rows: int = 3, classes: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, classes)).astype(np.float32)


def test_a_question_along_an_intent_is_that_intent() -> None:
    best = MODEL.scores(EYE).probabilities.argmax(axis=1)
    assert MODEL.classes[best].tolist() == ["order", "退款", "greeting"]


def test_the_length_of_a_vector_says_nothing() -> None:
    np.testing.assert_allclose(MODEL.scores(7 * EYE).probabilities, MODEL.scores(EYE).probabilities, atol=1e-6)


@pytest.mark.parametrize("factor", [0.5, 2.0, 8.0])
def test_heat_levels_the_probabilities_and_changes_no_choice(factor: float) -> None:
    warm = replace(MODEL, temperature=np.float32(factor) * MODEL.temperature).scores(EYE).probabilities
    plain = MODEL.scores(EYE).probabilities
    assert (warm.argmax(axis=1) == plain.argmax(axis=1)).all()
    assert (warm.max(axis=1) < plain.max(axis=1)).all() == (factor > 1)


def test_a_question_far_from_everything_known_scores_low_for_every_intent() -> None:
    near, far = gaussian(np.array([[1.0, 0.95]], np.float32)), gaussian(np.array([[-0.9, -1.0]], np.float32))
    assert near.min() > 0.8
    assert far.max() < 0.03


def test_no_questions_are_no_scores() -> None:
    scores = MODEL.scores(np.zeros((0, 3), np.float32))
    assert scores.probabilities.shape == (0, 3)
    assert scores.strangeness.shape == (0,)


def test_what_is_far_from_all_that_is_known_is_stranger() -> None:
    five = replace(MODEL, known=np.repeat(EYE[:1], 5, axis=0), weights=np.zeros((5, 4), np.float32))
    near, far = five.scores(EYE[:2]).strangeness
    assert near < 0.05
    assert far == pytest.approx(0.5)


def test_one_odd_example_makes_no_friend() -> None:
    known = np.vstack([EYE[:1], np.repeat(EYE[1:2], 9, axis=0)])
    odd, usual = replace(MODEL, known=known, weights=np.zeros((10, 4), np.float32)).scores(EYE[:2]).strangeness
    assert odd > usual


def test_nearness_to_examples_of_strangers_makes_nobody_a_friend() -> None:
    known = np.vstack([np.repeat(EYE[:1], 5, axis=0), np.repeat(EYE[1:2], 5, axis=0)])
    model = replace(MODEL, known=known, weights=np.zeros((10, 4), np.float32), strangers=np.array([5]))
    friend, stranger = model.scores(EYE[:2]).strangeness
    assert friend < 0.05
    assert stranger == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("known", "expected"), [([0.9], 0.9), ([0.9, 0.2], 0.2), ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 0.2), ([], 0.0)]
)
def test_nearness_is_that_of_the_fifth_or_of_the_last_there_is(known: list[float], expected: float) -> None:
    assert kth(np.array([known], np.float32).reshape(1, -1))[0] == pytest.approx(expected)


def test_the_features_are_energy_best_score_its_lead_the_strangers_score_and_nearness() -> None:
    features = features_of(np.array([[0.2, 0.9, 0.4]], np.float32), np.array([[0.5]], np.float32))[0]
    assert features[1:] == pytest.approx([0.9, 0.7, 0.4, 0.5])
    assert features[0] < -0.9


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
    back = KernelModel.parse(MODEL.dump())
    for field in fields(KernelModel):
        if field.name == "grams":  # see test_grams
            continue
        one, other = getattr(MODEL, field.name), getattr(back, field.name)
        assert one.dtype == other.dtype, field.name
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("keep", [0.2, 0.6, 0.95])
def test_damaged_bytes_raise_and_are_never_half_a_model(keep: float) -> None:
    data = MODEL.dump()
    with pytest.raises(ValueError, match="Train again"):
        KernelModel.parse(data[: int(len(data) * keep)])
