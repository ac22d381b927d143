"""The closed forms say what training again would."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.intents import grams, ridge
from assistant.intents.model import centre, gaussian

RNG = np.random.default_rng(0)
VECTORS = centre(RNG.normal(size=(40, 8)).astype(np.float32), np.zeros(8, np.float32))
TARGETS = np.eye(4, dtype=np.float32)[RNG.integers(0, 4, 40)]
ROWS = np.arange(40)


def scores_without(left_out: np.ndarray) -> np.ndarray:
    """Train again on the rest, and ask."""
    rest = np.setdiff1d(ROWS, left_out)
    fitted = ridge.fit(VECTORS[rest], None, TARGETS[rest])
    scores: np.ndarray = gaussian(VECTORS[left_out] @ VECTORS[rest].T) @ fitted.weights
    return scores


@pytest.mark.parametrize("row", [0, 17, 39])
def test_left_alone_is_what_training_without_it_gives(row: int) -> None:
    expected = scores_without(np.array([row]))
    np.testing.assert_allclose(ridge.fit(VECTORS, None, TARGETS).alone[row], expected[0], atol=2e-4)


def test_a_whole_intent_left_out_is_what_training_without_it_gives() -> None:
    rows = np.flatnonzero(TARGETS[:, 2])
    np.testing.assert_allclose(ridge.fit(VECTORS, None, TARGETS).without(rows), scores_without(rows), atol=5e-4)


def test_the_scores_of_what_was_learnt_come_near_their_targets() -> None:
    fitted = ridge.fit(VECTORS, None, TARGETS, ridge=1e-3)
    np.testing.assert_allclose(gaussian(VECTORS @ VECTORS.T) @ fitted.weights, TARGETS, atol=0.05)


def test_words_are_added_to_the_kernel_in_strips_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _, words = grams.weighed([f"text number {n} of {n % 7}" for n in range(40)])
    monkeypatch.setattr(ridge, "STRIP", 7)
    expected = gaussian(VECTORS @ VECTORS.T) + (words @ words.T).toarray()
    np.testing.assert_allclose(ridge.kernel_of(VECTORS, words), expected, atol=1e-6)


@pytest.mark.parametrize("often", [1, 3, 10_000])
def test_frequent_words_are_multiplied_densely_with_the_same_result(
    monkeypatch: pytest.MonkeyPatch, often: int
) -> None:
    _, words = grams.weighed([f"text {n} of {n % 7} {'only once' * (n == 3)}" for n in range(40)])
    monkeypatch.setattr(ridge, "OFTEN", often)
    monkeypatch.setattr(ridge, "STRIP", 16)
    expected = gaussian(VECTORS @ VECTORS.T) + (words @ words.T).toarray()
    np.testing.assert_allclose(ridge.kernel_of(VECTORS, words), expected, atol=1e-6)


def test_of_too_many_examples_as_many_of_each_intent_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ridge, "MOST", 20)
    targets = np.eye(3, dtype=np.float32)[np.repeat([0, 1, 2], [90, 8, 2])]
    rows = ridge.choose(targets, np.random.default_rng(1))
    assert np.bincount(targets[rows].argmax(axis=1)).tolist() == [10, 8, 2]
    assert (np.diff(rows) > 0).all()


def test_few_examples_are_all_taken() -> None:
    assert ridge.choose(TARGETS, np.random.default_rng(1)).tolist() == ROWS.tolist()


def test_a_damaged_vector_is_told() -> None:
    damaged = VECTORS.copy()
    damaged[3] = np.nan
    with pytest.raises(ValueError, match="damaged"):
        ridge.fit(damaged, None, TARGETS)
